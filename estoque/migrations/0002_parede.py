"""The wall around the stock tables; the ledger cannot be changed, log and caches cannot be written."""

from django.db import migrations

from nucleo.parede import erguer_parede

PRODUTO = ("produto_id", "estoque_produto")
CARTEIRA = ("carteira_id", "estoque_carteiraprincipal")
LER = "SELECT"

# A movement is never edited, by anybody: it is reversed by another one.
_LIVRO = """
CREATE FUNCTION estoque_movimentacao_imutavel() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'Movimentação não se altera: estorne.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'estoque_movimentacao_imutavel';
END $$;
CREATE TRIGGER estoque_movimentacao_imutavel BEFORE UPDATE ON estoque_movimentacaoestoque
    FOR EACH STATEMENT EXECUTE FUNCTION estoque_movimentacao_imutavel();
"""
_DESFAZER_LIVRO = """
DROP TRIGGER estoque_movimentacao_imutavel ON estoque_movimentacaoestoque;
DROP FUNCTION estoque_movimentacao_imutavel();
"""

# The balance row exists from the product's creation, whoever creates it.
_NASCIMENTO = """
CREATE FUNCTION estoque_produto_nasce() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO saldo_estoque_cache (produto_id, empresa_id, saldo, qtd_carteira, qtd_pre_separacao,
        qtd_separacao, menor_saldo, producao_vencida, atualizado_por, atualizado_quanto)
    SELECT id, empresa_id, 0, 0, 0, 0, 0, 0, '', 0 FROM novas;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION estoque_produto_nasce() FROM PUBLIC;
CREATE TRIGGER estoque_produto_nasce AFTER INSERT ON estoque_produto
    REFERENCING NEW TABLE AS novas FOR EACH STATEMENT EXECUTE FUNCTION estoque_produto_nasce();
"""
_DESFAZER_NASCIMENTO = """
DROP TRIGGER estoque_produto_nasce ON estoque_produto;
DROP FUNCTION estoque_produto_nasce();
"""

# A queue-like table: dead rows would make every read of pending deltas longer.
_FILA = """
ALTER TABLE cache_update_log SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000);
ALTER TABLE saldo_estoque_cache SET (fillfactor = 70);
ALTER TABLE projecao_estoque_cache SET (fillfactor = 70);
"""
_DESFAZER_FILA = """
ALTER TABLE cache_update_log RESET (
    autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
    autovacuum_analyze_scale_factor, autovacuum_analyze_threshold);
ALTER TABLE saldo_estoque_cache RESET (fillfactor);
ALTER TABLE projecao_estoque_cache RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("estoque", "0001_inicial"), ("nucleo", "0002_parede")]

    operations = [
        erguer_parede("estoque_produto"),
        erguer_parede("estoque_configuracaoestoque"),
        erguer_parede("estoque_estadocache"),
        erguer_parede("estoque_importacaodemovimentacoes"),
        erguer_parede("estoque_carteiraprincipal", chaves=[PRODUTO]),
        erguer_parede("estoque_preseparacaoitem", chaves=[PRODUTO, CARTEIRA]),
        erguer_parede(
            "estoque_separacao",
            chaves=[PRODUTO, CARTEIRA, ("pre_separacao_id", "estoque_preseparacaoitem")],
        ),
        erguer_parede("estoque_programacaoproducao", chaves=[PRODUTO]),
        erguer_parede(
            "estoque_movimentacaoestoque",
            chaves=[
                PRODUTO,
                ("separacao_id", "estoque_separacao"),
                ("producao_id", "estoque_programacaoproducao"),
                ("estorno_de_id", "estoque_movimentacaoestoque"),
            ],
            direitos="SELECT, INSERT",
        ),
        erguer_parede(
            "saldo_estoque_cache", chaves=[PRODUTO], direitos=LER, referenciavel=False, ao_apagar="CASCADE"
        ),
        erguer_parede(
            "projecao_estoque_cache", chaves=[PRODUTO], direitos=LER, referenciavel=False, ao_apagar="CASCADE"
        ),
        erguer_parede("cache_update_log", direitos=LER, referenciavel=False),
        migrations.RunSQL(_LIVRO, _DESFAZER_LIVRO),
        migrations.RunSQL(_NASCIMENTO, _DESFAZER_NASCIMENTO),
        migrations.RunSQL(_FILA, _DESFAZER_FILA),
    ]
