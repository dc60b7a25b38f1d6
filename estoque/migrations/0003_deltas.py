"""Triggers on the five sources: each statement appends its deltas to `cache_update_log`.

Statement level with transition tables, so they see every writer (ORM, bulk, raw SQL, COPY, MERGE,
cascades) at a few percent of cost. SECURITY DEFINER with a fixed search_path, because nobody else may
write the log: with invoker rights a tenant could forge deltas.
"""

from django.db import migrations

# table, name of the source, date expression, column of the log, signed quantity
FONTES = [
    (
        "estoque_movimentacaoestoque",
        "movimentacao",
        "NULL::date",
        "saldo",
        "CASE WHEN tipo = 'saida' THEN -quantidade ELSE quantidade END",
    ),
    ("estoque_carteiraprincipal", "carteira", "data_entrega", "carteira", "qtd_saldo"),
    ("estoque_preseparacaoitem", "pre_separacao", "data", "pre_separacao", "qtd_saldo"),
    ("estoque_separacao", "separacao", "data_expedicao", "separacao", "qtd_saldo"),
    ("estoque_programacaoproducao", "producao", "data", "producao", "qtd_saldo"),
]

# BEFORE TRUNCATE: the table is locked and still full, so its content can be taken back exactly. Only by a
# statement that sees all of it: an older snapshot would miss rows that the TRUNCATE removes all the same.
_FUNCAO = """
CREATE FUNCTION estoque_delta_{origem}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO cache_update_log (empresa_id, produto_id, origem, dia, {coluna})
        SELECT empresa_id, produto_id, '{origem}', {dia}, sum({qtd}) FROM novas
        GROUP BY 1, 2, 4 HAVING sum({qtd}) <> 0;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO cache_update_log (empresa_id, produto_id, origem, dia, {coluna})
        SELECT empresa_id, produto_id, '{origem}', dia, sum(qtd) FROM (
            SELECT empresa_id, produto_id, {dia} AS dia, {qtd} AS qtd FROM novas
            UNION ALL
            SELECT empresa_id, produto_id, {dia}, -({qtd}) FROM velhas) mudou
        GROUP BY 1, 2, 4 HAVING sum(qtd) <> 0;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO cache_update_log (empresa_id, produto_id, origem, dia, {coluna})
        SELECT empresa_id, produto_id, '{origem}', {dia}, -sum({qtd}) FROM velhas
        GROUP BY 1, 2, 4 HAVING sum({qtd}) <> 0;
    ELSE
        IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
            RAISE EXCEPTION 'TRUNCATE de %: só em READ COMMITTED', TG_TABLE_NAME
                USING ERRCODE = 'object_not_in_prerequisite_state';
        END IF;
        INSERT INTO cache_update_log (empresa_id, produto_id, origem, dia, {coluna})
        SELECT empresa_id, produto_id, '{origem}', {dia}, -sum({qtd}) FROM {tabela}
        GROUP BY 1, 2, 4 HAVING sum({qtd}) <> 0;
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION estoque_delta_{origem}() FROM PUBLIC;
CREATE TRIGGER estoque_delta_insert AFTER INSERT ON {tabela}
    REFERENCING NEW TABLE AS novas FOR EACH STATEMENT EXECUTE FUNCTION estoque_delta_{origem}();
CREATE TRIGGER estoque_delta_update AFTER UPDATE ON {tabela}
    REFERENCING OLD TABLE AS velhas NEW TABLE AS novas
    FOR EACH STATEMENT EXECUTE FUNCTION estoque_delta_{origem}();
CREATE TRIGGER estoque_delta_delete AFTER DELETE ON {tabela}
    REFERENCING OLD TABLE AS velhas FOR EACH STATEMENT EXECUTE FUNCTION estoque_delta_{origem}();
CREATE TRIGGER estoque_delta_truncate BEFORE TRUNCATE ON {tabela}
    FOR EACH STATEMENT EXECUTE FUNCTION estoque_delta_{origem}();
"""
_DESFAZER = """
DROP TRIGGER estoque_delta_truncate ON {tabela};
DROP TRIGGER estoque_delta_delete ON {tabela};
DROP TRIGGER estoque_delta_update ON {tabela};
DROP TRIGGER estoque_delta_insert ON {tabela};
DROP FUNCTION estoque_delta_{origem}();
"""


def _operacao(tabela: str, origem: str, dia: str, coluna: str, qtd: str) -> migrations.RunSQL:
    nomes = {"tabela": tabela, "origem": origem, "dia": dia, "coluna": coluna, "qtd": qtd}
    return migrations.RunSQL(_FUNCAO.format(**nomes), _DESFAZER.format(**nomes))


class Migration(migrations.Migration):
    dependencies = [("estoque", "0002_parede")]
    operations = [_operacao(*fonte) for fonte in FONTES]
