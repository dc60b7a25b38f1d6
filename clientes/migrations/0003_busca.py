"""Search without accents, fast behind the wall.

Under a row-level policy no index serves LIKE (it is not leakproof), so the search is one SECURITY DEFINER
function that filters by the empresa itself and returns ids only. `busca` is a generated column outside the
models: whoever writes, ORM or not, keeps it right, and no list ever fetches it.
"""

from django.db import migrations

from nucleo.parede import EMPRESA_ATUAL

# Both extensions are trusted: the database's owner may create them. unaccent() is only STABLE because
# its dictionary could be changed; with the dictionary named it is safe to index.
_EXTENSOES = """
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE FUNCTION clientes_sem_acentos(text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(public.unaccent('public.unaccent'::regdictionary, $1))
$$;
"""
_DESFAZER_EXTENSOES = "DROP FUNCTION clientes_sem_acentos(text);"

_COLUNA = """
ALTER TABLE clientes_cliente ADD COLUMN busca text GENERATED ALWAYS AS (
    clientes_sem_acentos(
        nome || ' ' || nome_fantasia || ' ' || codigo_cliente || ' ' || replace(codigo_cliente, '-', '') || ' '
        || cpf_cnpj || ' ' || telefone || ' ' || telefone_secundario || ' ' || whatsapp)) STORED;
CREATE INDEX clientes_cliente_busca_idx ON clientes_cliente USING gin (busca gin_trgm_ops);
CREATE INDEX clientes_cliente_inicio_idx ON clientes_cliente (empresa_id, left(busca, 24) text_pattern_ops);
"""
_DESFAZER_COLUNA = "ALTER TABLE clientes_cliente DROP COLUMN busca;"

# One plan only: the index gives the candidates, the limit ends the reading. Left to its estimates the
# planner reads the whole table for words that it believes to be common.
_FUNCAO = f"""
CREATE FUNCTION clientes_buscar(p_termo text, p_limite int) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET enable_indexscan = on AS $$
DECLARE
    v_empresa bigint := {EMPRESA_ATUAL};
    v_termo text := btrim(public.clientes_sem_acentos(left(p_termo, 200)));
    v_palavra text;
    v_onde text := '';
    v_indexavel boolean := false;
BEGIN
    IF v_empresa IS NULL OR v_termo = '' THEN RETURN; END IF;
    IF v_termo ~ '^[0-9a-z]{{4}}-[0-9a-z]{{4}}$' THEN
        RETURN QUERY SELECT id FROM public.clientes_cliente
            WHERE empresa_id = v_empresa AND codigo_cliente = upper(v_termo) COLLATE "C";
        IF FOUND THEN RETURN; END IF;
    END IF;
    -- (11) 98765-4321 and 529.982.247-25 are one word each.
    IF v_termo ~ '^[0-9 ()./+-]+$' THEN v_termo := regexp_replace(v_termo, '[^0-9]', '', 'g'); END IF;
    FOREACH v_palavra IN ARRAY regexp_split_to_array(v_termo, '\\s+') LOOP
        IF v_palavra ~ '[0-9]' THEN v_palavra := regexp_replace(v_palavra, '[^0-9a-z]', '', 'g'); END IF;
        CONTINUE WHEN v_palavra = '';
        v_indexavel := v_indexavel OR v_palavra ~ '[a-z0-9]{{3}}';
        v_palavra := replace(replace(replace(v_palavra, '\\', '\\\\'), '%', '\\%'), '_', '\\_');
        v_onde := v_onde || format(' AND busca LIKE %L', '%' || v_palavra || '%');
    END LOOP;
    IF v_onde = '' THEN RETURN; END IF;
    -- Too short for the trigram index: what begins with it.
    IF NOT v_indexavel THEN
        v_onde := format(' AND left(busca, 24) LIKE %L',
            left(replace(replace(replace(v_termo, '\\', '\\\\'), '%', '\\%'), '_', '\\_'), 20) || '%');
    END IF;
    RETURN QUERY EXECUTE
        'SELECT id FROM public.clientes_cliente WHERE empresa_id = $1' || v_onde || ' LIMIT $2'
        USING v_empresa, p_limite;
END $$;
REVOKE ALL ON FUNCTION clientes_buscar(text, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clientes_buscar(text, int) TO inquilino;
"""
_DESFAZER_FUNCAO = "DROP FUNCTION clientes_buscar(text, int);"


class Migration(migrations.Migration):
    dependencies = [("clientes", "0002_parede")]

    operations = [
        migrations.RunSQL(_EXTENSOES, _DESFAZER_EXTENSOES),
        migrations.RunSQL(_COLUNA, _DESFAZER_COLUNA),
        migrations.RunSQL(_FUNCAO, _DESFAZER_FUNCAO),
    ]
