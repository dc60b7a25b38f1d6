"""The wall around the customers' tables, and the trigger that keeps a code as it was given."""

from django.db import migrations

from nucleo.parede import erguer_parede, tabela_global

# Rows that numbers hang on are never deleted by the office: a deleted customer would be a gap.
SEM_APAGAR = "SELECT, INSERT, UPDATE"

_CODIGO_IMUTAVEL = """
CREATE FUNCTION clientes_codigo_imutavel() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'O código do cliente % não muda.', OLD.codigo_cliente
        USING ERRCODE = 'check_violation', CONSTRAINT = 'clientes_cliente_codigo_imutavel';
END $$;
CREATE TRIGGER clientes_cliente_codigo_imutavel BEFORE UPDATE ON clientes_cliente
    FOR EACH ROW WHEN (OLD.codigo_cliente IS DISTINCT FROM NEW.codigo_cliente
                       OR OLD.empresa_id IS DISTINCT FROM NEW.empresa_id)
    EXECUTE FUNCTION clientes_codigo_imutavel();
"""
_DESFAZER_CODIGO_IMUTAVEL = """
DROP TRIGGER clientes_cliente_codigo_imutavel ON clientes_cliente;
DROP FUNCTION clientes_codigo_imutavel();
"""


class Migration(migrations.Migration):
    dependencies = [("clientes", "0001_inicial"), ("nucleo", "0002_parede")]

    operations = [
        tabela_global("clientes_municipio"),
        erguer_parede("clientes_cliente", direitos=SEM_APAGAR),
        erguer_parede("codigo_sequencias", direitos=SEM_APAGAR),
        erguer_parede("codigo_municipio_contadores", direitos=SEM_APAGAR),
        erguer_parede("codigo_faixas_importadas", direitos=SEM_APAGAR),
        erguer_parede("clientes_importacaodeclientes", direitos=SEM_APAGAR),
        erguer_parede(
            "clientes_errodaimportacao",
            chaves=[("importacao_id", "clientes_importacaodeclientes")],
            direitos="SELECT, INSERT",
        ),
        migrations.RunSQL(_CODIGO_IMUTAVEL, _DESFAZER_CODIGO_IMUTAVEL),
    ]
