"""Narrower where the wall left room: strangers, the installation's alerts, temporary tables.

- A role is given only to people who already belong to the empresa, or to none: a row that named a stranger
  would make that person's account visible here. Who works elsewhere is brought in by the operator.
- An alert without an empresa is seen by everybody, so inside an empresa nobody writes one.
- Nobody but the owner makes temporary tables: they stand before ours in every name that is looked up.
"""

from django.db import migrations

from nucleo.parede import EMPRESA_ATUAL

_GENTE_DAQUI = f"""
CREATE FUNCTION usuario_cabe_na_empresa_atual(p_usuario bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*) = 0 OR bool_or(v.empresa_id = {EMPRESA_ATUAL})
    FROM public.nucleo_vinculo v WHERE v.usuario_id = p_usuario
$$;
REVOKE ALL ON FUNCTION usuario_cabe_na_empresa_atual(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usuario_cabe_na_empresa_atual(bigint) TO inquilino;
CREATE POLICY nucleo_vinculo_entra_quem_cabe ON nucleo_vinculo AS RESTRICTIVE FOR INSERT TO inquilino
    WITH CHECK (usuario_cabe_na_empresa_atual(usuario_id));
CREATE POLICY nucleo_vinculo_fica_quem_cabe ON nucleo_vinculo AS RESTRICTIVE FOR UPDATE TO inquilino
    USING (true) WITH CHECK (usuario_cabe_na_empresa_atual(usuario_id));
"""
_DESFAZER_GENTE_DAQUI = """
DROP POLICY nucleo_vinculo_fica_quem_cabe ON nucleo_vinculo;
DROP POLICY nucleo_vinculo_entra_quem_cabe ON nucleo_vinculo;
DROP FUNCTION usuario_cabe_na_empresa_atual(bigint);
"""

_ALERTAS = f"""
CREATE POLICY nucleo_alerta_da_instalacao_entra ON nucleo_alerta AS RESTRICTIVE FOR INSERT TO inquilino
    WITH CHECK (empresa_id IS NOT NULL OR {EMPRESA_ATUAL} IS NULL);
CREATE POLICY nucleo_alerta_da_instalacao_muda ON nucleo_alerta AS RESTRICTIVE FOR UPDATE TO inquilino
    USING (empresa_id IS NOT NULL OR {EMPRESA_ATUAL} IS NULL)
    WITH CHECK (empresa_id IS NOT NULL OR {EMPRESA_ATUAL} IS NULL);
"""
_DESFAZER_ALERTAS = """
DROP POLICY nucleo_alerta_da_instalacao_muda ON nucleo_alerta;
DROP POLICY nucleo_alerta_da_instalacao_entra ON nucleo_alerta;
"""

_TEMPORARIAS = """
DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$;
"""
_DESFAZER_TEMPORARIAS = """
DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database()); END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("nucleo", "0003_resposta_como_texto")]

    operations = [
        migrations.RunSQL(_GENTE_DAQUI, _DESFAZER_GENTE_DAQUI),
        migrations.RunSQL(_ALERTAS, _DESFAZER_ALERTAS),
        migrations.RunSQL(_TEMPORARIAS, _DESFAZER_TEMPORARIAS),
    ]
