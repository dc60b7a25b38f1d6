"""The wall around the quotes, and what the database itself keeps right about numbers and totals."""

from django.db import migrations

from nucleo.parede import erguer_parede

_NUMERO = """
ALTER TABLE detailed_budgets ADD CONSTRAINT detailed_budgets_budget_number_ck CHECK (
    budget_number = 'ORC-' || lpad(ano::text, 4, '0') || '-'
        || lpad(numero::text, greatest(4, length(numero::text)), '0'));

CREATE FUNCTION detailed_budgets_numero_imutavel() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'O número de um orçamento não muda.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'detailed_budgets_numero_imutavel';
END $$;
CREATE TRIGGER detailed_budgets_numero_imutavel
    BEFORE UPDATE OF budget_number, ano, numero, empresa_id ON detailed_budgets FOR EACH ROW
    WHEN ((OLD.budget_number, OLD.ano, OLD.numero, OLD.empresa_id)
        IS DISTINCT FROM (NEW.budget_number, NEW.ano, NEW.numero, NEW.empresa_id))
    EXECUTE FUNCTION detailed_budgets_numero_imutavel();
"""
_DESFAZER_NUMERO = """
DROP TRIGGER detailed_budgets_numero_imutavel ON detailed_budgets;
DROP FUNCTION detailed_budgets_numero_imutavel();
ALTER TABLE detailed_budgets DROP CONSTRAINT detailed_budgets_budget_number_ck;
"""

# The total moves by the difference each statement made, not by a new sum: a second writer that waited for
# the row would sum with the items of its older snapshot and lose the first one's.
# The condition on the status is checked again on the locked row, so an item never slips into a quote that
# is being sent at the same moment.
_TOTAL = """
CREATE FUNCTION detailed_budgets_total_e_do_banco() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'O total de um orçamento é a soma dos itens; só o banco o grava.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'detailed_budgets_total_e_do_banco';
END $$;
CREATE TRIGGER detailed_budgets_total_ao_inserir BEFORE INSERT ON detailed_budgets FOR EACH ROW
    WHEN (NEW.total <> 0) EXECUTE FUNCTION detailed_budgets_total_e_do_banco();
CREATE TRIGGER detailed_budgets_total_ao_mudar BEFORE UPDATE ON detailed_budgets FOR EACH ROW
    WHEN (OLD.total IS DISTINCT FROM NEW.total AND pg_trigger_depth() = 0)
    EXECUTE FUNCTION detailed_budgets_total_e_do_banco();

CREATE FUNCTION detailed_budget_items_somar() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    orcamentos bigint;
    mudados bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        WITH d AS (SELECT orcamento_id, sum(total) AS soma FROM novos GROUP BY 1),
            u AS (UPDATE detailed_budgets b SET total = b.total + d.soma FROM d
                WHERE b.id = d.orcamento_id AND b.status = 'rascunho' RETURNING 1)
        SELECT (SELECT count(*) FROM d), (SELECT count(*) FROM u) INTO orcamentos, mudados;
    ELSIF TG_OP = 'DELETE' THEN
        WITH d AS (SELECT orcamento_id, sum(total) AS soma FROM velhos GROUP BY 1),
            u AS (UPDATE detailed_budgets b SET total = b.total - d.soma FROM d
                WHERE b.id = d.orcamento_id AND b.status = 'rascunho' RETURNING 1)
        SELECT (SELECT count(*) FROM d), (SELECT count(*) FROM u) INTO orcamentos, mudados;
    ELSE
        WITH d AS (
                SELECT orcamento_id, sum(t) AS soma FROM (
                    SELECT orcamento_id, total AS t FROM novos
                    UNION ALL SELECT orcamento_id, -total FROM velhos) x
                GROUP BY 1),
            u AS (UPDATE detailed_budgets b SET total = b.total + d.soma FROM d
                WHERE b.id = d.orcamento_id AND b.status = 'rascunho' RETURNING 1)
        SELECT (SELECT count(*) FROM d), (SELECT count(*) FROM u) INTO orcamentos, mudados;
    END IF;
    IF mudados < orcamentos THEN
        RAISE EXCEPTION 'Os itens de um orçamento só mudam enquanto ele é rascunho.'
            USING ERRCODE = 'integrity_constraint_violation',
                CONSTRAINT = 'detailed_budget_items_so_em_rascunho';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER detailed_budget_items_ao_inserir AFTER INSERT ON detailed_budget_items
    REFERENCING NEW TABLE AS novos FOR EACH STATEMENT EXECUTE FUNCTION detailed_budget_items_somar();
CREATE TRIGGER detailed_budget_items_ao_mudar AFTER UPDATE ON detailed_budget_items
    REFERENCING NEW TABLE AS novos OLD TABLE AS velhos
    FOR EACH STATEMENT EXECUTE FUNCTION detailed_budget_items_somar();
CREATE TRIGGER detailed_budget_items_ao_apagar AFTER DELETE ON detailed_budget_items
    REFERENCING OLD TABLE AS velhos FOR EACH STATEMENT EXECUTE FUNCTION detailed_budget_items_somar();
"""
_DESFAZER_TOTAL = """
DROP TRIGGER detailed_budget_items_ao_apagar ON detailed_budget_items;
DROP TRIGGER detailed_budget_items_ao_mudar ON detailed_budget_items;
DROP TRIGGER detailed_budget_items_ao_inserir ON detailed_budget_items;
DROP FUNCTION detailed_budget_items_somar();
DROP TRIGGER detailed_budgets_total_ao_mudar ON detailed_budgets;
DROP TRIGGER detailed_budgets_total_ao_inserir ON detailed_budgets;
DROP FUNCTION detailed_budgets_total_e_do_banco();
"""

_CONTADOR = """
CREATE FUNCTION budget_sequencias_so_avanca() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'O contador de uma série não anda para trás.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'budget_sequencias_so_avanca';
END $$;
CREATE TRIGGER budget_sequencias_so_avanca BEFORE UPDATE ON budget_sequencias FOR EACH ROW
    WHEN (NEW.ultimo_numero < OLD.ultimo_numero OR NEW.ano <> OLD.ano)
    EXECUTE FUNCTION budget_sequencias_so_avanca();
"""
_DESFAZER_CONTADOR = """
DROP TRIGGER budget_sequencias_so_avanca ON budget_sequencias;
DROP FUNCTION budget_sequencias_so_avanca();
"""

_ORCAMENTO = ("orcamento_id", "detailed_budgets")


class Migration(migrations.Migration):
    dependencies = [
        ("orcamentos", "0001_inicial"),
        ("nucleo", "0002_parede"),
        ("clientes", "0002_parede"),
        ("estoque", "0002_parede"),
    ]

    operations = [
        # No DELETE on what is numbered or was sent: a number once given stays accounted for.
        erguer_parede(
            "detailed_budgets",
            chaves=[("cliente_id", "clientes_cliente")],
            direitos="SELECT, INSERT, UPDATE",
        ),
        erguer_parede("detailed_budget_items", chaves=[_ORCAMENTO, ("produto_id", "estoque_produto")]),
        erguer_parede("detailed_budget_revisions", chaves=[_ORCAMENTO], direitos="SELECT, INSERT"),
        erguer_parede("budget_sequencias", direitos="SELECT, INSERT, UPDATE"),
        erguer_parede("budget_faixas_importadas", direitos="SELECT, INSERT"),
        erguer_parede("budget_importacoes", direitos="SELECT, INSERT, UPDATE"),
        migrations.RunSQL(_NUMERO, _DESFAZER_NUMERO),
        migrations.RunSQL(_TOTAL, _DESFAZER_TOTAL),
        migrations.RunSQL(_CONTADOR, _DESFAZER_CONTADOR),
    ]
