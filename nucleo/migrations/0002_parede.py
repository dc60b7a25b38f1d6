"""The tenant wall around the tables of `nucleo`, and the listed tables without an empresa."""

from django.db import migrations

from nucleo.parede import EMPRESA_ATUAL, USUARIO_ATUAL, criar_papel_inquilino, erguer_parede, tabela_global

TUDO = "SELECT, INSERT, UPDATE, DELETE"

# Before there is an empresa a person sees the perfis they hold, and the empresas of those.
_VISTA_DA_PESSOA = f"""
ALTER TABLE nucleo_empresa ENABLE ROW LEVEL SECURITY;
GRANT SELECT, UPDATE ON nucleo_empresa TO inquilino;
CREATE POLICY nucleo_empresa_atual ON nucleo_empresa TO inquilino
    USING (id = {EMPRESA_ATUAL}) WITH CHECK (id = {EMPRESA_ATUAL});
CREATE POLICY nucleo_empresa_da_pessoa ON nucleo_empresa FOR SELECT TO inquilino
    USING (EXISTS (SELECT FROM nucleo_vinculo v
                   WHERE v.empresa_id = nucleo_empresa.id AND v.usuario_id = {USUARIO_ATUAL} AND v.ativo));
CREATE POLICY nucleo_vinculo_da_pessoa ON nucleo_vinculo FOR SELECT TO inquilino
    USING (usuario_id = {USUARIO_ATUAL});
CREATE POLICY nucleo_perfil_da_pessoa ON nucleo_perfil FOR SELECT TO inquilino
    USING (EXISTS (SELECT FROM nucleo_vinculo v
                   WHERE v.perfil_id = nucleo_perfil.id AND v.usuario_id = {USUARIO_ATUAL} AND v.ativo));
"""
_DESFAZER_VISTA_DA_PESSOA = """
DROP POLICY nucleo_perfil_da_pessoa ON nucleo_perfil;
DROP POLICY nucleo_vinculo_da_pessoa ON nucleo_vinculo;
DROP POLICY nucleo_empresa_da_pessoa ON nucleo_empresa;
DROP POLICY nucleo_empresa_atual ON nucleo_empresa;
REVOKE ALL ON nucleo_empresa FROM inquilino;
ALTER TABLE nucleo_empresa DISABLE ROW LEVEL SECURITY;
"""

# Read with the perfil (also before there is an empresa), written only as the perfil's own empresa.
_PERMISSOES_DO_PERFIL = f"""
ALTER TABLE nucleo_perfil_permissoes ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON nucleo_perfil_permissoes TO inquilino;
GRANT USAGE, SELECT ON SEQUENCE nucleo_perfil_permissoes_id_seq TO inquilino;
CREATE POLICY nucleo_perfil_permissoes_le ON nucleo_perfil_permissoes FOR SELECT TO inquilino
    USING (EXISTS (SELECT FROM nucleo_perfil p WHERE p.id = perfil_id));
CREATE POLICY nucleo_perfil_permissoes_do_perfil ON nucleo_perfil_permissoes TO inquilino
    USING (EXISTS (SELECT FROM nucleo_perfil p WHERE p.id = perfil_id AND p.empresa_id = {EMPRESA_ATUAL}))
    WITH CHECK (EXISTS (SELECT FROM nucleo_perfil p WHERE p.id = perfil_id AND p.empresa_id = {EMPRESA_ATUAL}));
"""
_DESFAZER_PERMISSOES_DO_PERFIL = """
DROP POLICY nucleo_perfil_permissoes_do_perfil ON nucleo_perfil_permissoes;
DROP POLICY nucleo_perfil_permissoes_le ON nucleo_perfil_permissoes;
REVOKE ALL ON nucleo_perfil_permissoes FROM inquilino;
ALTER TABLE nucleo_perfil_permissoes DISABLE ROW LEVEL SECURITY;
"""

# People belong to no empresa, but inside one only its own people are seen: no list, choice or search
# of the office names a stranger. Without an empresa (login, password check) the table is open. A person
# who holds no perfil anywhere is nobody's secret: just created, and about to get one.
_PESSOAS = f"""
CREATE FUNCTION usuario_tem_vinculo(p_usuario bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM public.nucleo_vinculo v WHERE v.usuario_id = p_usuario)
$$;
CREATE FUNCTION usuario_so_da_empresa_atual(p_usuario bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(bool_and(v.empresa_id = {EMPRESA_ATUAL}), false)
    FROM public.nucleo_vinculo v WHERE v.usuario_id = p_usuario
$$;
REVOKE ALL ON FUNCTION usuario_so_da_empresa_atual(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usuario_so_da_empresa_atual(bigint) TO inquilino;
REVOKE ALL ON FUNCTION usuario_tem_vinculo(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usuario_tem_vinculo(bigint) TO inquilino;
ALTER TABLE nucleo_usuario ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON nucleo_usuario TO inquilino;
GRANT USAGE, SELECT ON SEQUENCE nucleo_usuario_id_seq TO inquilino;
CREATE POLICY nucleo_usuario_entra ON nucleo_usuario FOR INSERT TO inquilino WITH CHECK (true);
CREATE POLICY nucleo_usuario_sem_empresa ON nucleo_usuario FOR SELECT TO inquilino
    USING ({EMPRESA_ATUAL} IS NULL);
CREATE POLICY nucleo_usuario_muda_sem_empresa ON nucleo_usuario FOR UPDATE TO inquilino
    USING ({EMPRESA_ATUAL} IS NULL);
CREATE POLICY nucleo_usuario_da_empresa ON nucleo_usuario TO inquilino
    USING (EXISTS (SELECT FROM nucleo_vinculo v
                   WHERE v.usuario_id = nucleo_usuario.id AND v.empresa_id = {EMPRESA_ATUAL})
           OR NOT usuario_tem_vinculo(id));
"""
_DESFAZER_PESSOAS = """
DROP POLICY nucleo_usuario_da_empresa ON nucleo_usuario;
DROP POLICY nucleo_usuario_muda_sem_empresa ON nucleo_usuario;
DROP POLICY nucleo_usuario_sem_empresa ON nucleo_usuario;
DROP POLICY nucleo_usuario_entra ON nucleo_usuario;
REVOKE ALL ON nucleo_usuario FROM inquilino;
ALTER TABLE nucleo_usuario DISABLE ROW LEVEL SECURITY;
DROP FUNCTION usuario_tem_vinculo(bigint);
DROP FUNCTION usuario_so_da_empresa_atual(bigint);
"""

# Django's own log of the office has no empresa; its lines carry names of records ("recent actions").
# The column fills itself, Django need not know of it.
_REGISTRO_DO_ESCRITORIO = f"""
ALTER TABLE django_admin_log ADD COLUMN empresa_id bigint DEFAULT {EMPRESA_ATUAL};
ALTER TABLE django_admin_log ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON django_admin_log TO inquilino;
GRANT USAGE, SELECT ON SEQUENCE django_admin_log_id_seq TO inquilino;
CREATE POLICY django_admin_log_da_empresa ON django_admin_log TO inquilino
    USING (empresa_id = {EMPRESA_ATUAL}) WITH CHECK (empresa_id = {EMPRESA_ATUAL});
"""
_DESFAZER_REGISTRO_DO_ESCRITORIO = """
DROP POLICY django_admin_log_da_empresa ON django_admin_log;
REVOKE ALL ON django_admin_log FROM inquilino;
ALTER TABLE django_admin_log DISABLE ROW LEVEL SECURITY;
ALTER TABLE django_admin_log DROP COLUMN empresa_id;
"""

# A live key is found before there is an empresa: one row for one prefix, nothing to list.
_CHAVE_POR_PREFIXO = """
CREATE FUNCTION chave_api_por_prefixo(p_prefixo text)
RETURNS TABLE (id bigint, empresa_id bigint, resumo varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.id, c.empresa_id, c.resumo
    FROM public.nucleo_chaveapi c JOIN public.nucleo_empresa e ON e.id = c.empresa_id
    WHERE c.prefixo = p_prefixo AND c.revogada_em IS NULL AND e.ativa
      AND (c.expira_em IS NULL OR c.expira_em > now())
$$;
REVOKE ALL ON FUNCTION chave_api_por_prefixo(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chave_api_por_prefixo(text) TO inquilino;
"""

_AUDITORIA_E_ALERTAS = f"""
ALTER TABLE nucleo_registroauditoria ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON nucleo_registroauditoria TO inquilino;
GRANT USAGE, SELECT ON SEQUENCE nucleo_registroauditoria_id_seq TO inquilino;
CREATE POLICY nucleo_registroauditoria_da_empresa ON nucleo_registroauditoria TO inquilino
    USING (empresa_id = {EMPRESA_ATUAL}) WITH CHECK (empresa_id = {EMPRESA_ATUAL});
CREATE POLICY nucleo_registroauditoria_da_pessoa ON nucleo_registroauditoria TO inquilino
    USING (usuario_id = {USUARIO_ATUAL})
    WITH CHECK (usuario_id = {USUARIO_ATUAL}
        AND (empresa_id IS NULL OR EXISTS (
            SELECT FROM nucleo_vinculo v
            WHERE v.empresa_id = nucleo_registroauditoria.empresa_id AND v.usuario_id = {USUARIO_ATUAL})));
CREATE POLICY nucleo_registroauditoria_sem_empresa ON nucleo_registroauditoria FOR INSERT TO inquilino
    WITH CHECK (empresa_id IS NULL AND usuario_id IS NULL);
ALTER TABLE nucleo_alerta ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON nucleo_alerta TO inquilino;
GRANT USAGE, SELECT ON SEQUENCE nucleo_alerta_id_seq TO inquilino;
CREATE POLICY nucleo_alerta_da_empresa ON nucleo_alerta TO inquilino
    USING (empresa_id = {EMPRESA_ATUAL} OR empresa_id IS NULL)
    WITH CHECK (empresa_id = {EMPRESA_ATUAL} OR empresa_id IS NULL);
"""
_DESFAZER_AUDITORIA_E_ALERTAS = """
DROP POLICY nucleo_alerta_da_empresa ON nucleo_alerta;
REVOKE ALL ON nucleo_alerta FROM inquilino;
ALTER TABLE nucleo_alerta DISABLE ROW LEVEL SECURITY;
DROP POLICY nucleo_registroauditoria_sem_empresa ON nucleo_registroauditoria;
DROP POLICY nucleo_registroauditoria_da_pessoa ON nucleo_registroauditoria;
DROP POLICY nucleo_registroauditoria_da_empresa ON nucleo_registroauditoria;
REVOKE ALL ON nucleo_registroauditoria FROM inquilino;
ALTER TABLE nucleo_registroauditoria DISABLE ROW LEVEL SECURITY;
"""

# Tables without an empresa that the web needs. The wall's architecture test lists the same names.
_GLOBAIS = {
    "nucleo_pulso": "SELECT, INSERT, UPDATE",
    "django_session": TUDO,
    "django_content_type": "SELECT",
    "auth_permission": "SELECT",
    "django_migrations": "SELECT",
    "django_celery_beat_clockedschedule": TUDO,
    "django_celery_beat_crontabschedule": TUDO,
    "django_celery_beat_intervalschedule": TUDO,
    "django_celery_beat_periodictask": TUDO,
    "django_celery_beat_periodictasks": TUDO,
    "django_celery_beat_solarschedule": TUDO,
}
_COM_SEQUENCIA = {
    "django_celery_beat_clockedschedule",
    "django_celery_beat_crontabschedule",
    "django_celery_beat_intervalschedule",
    "django_celery_beat_periodictask",
    "django_celery_beat_solarschedule",
}


class Migration(migrations.Migration):
    dependencies = [
        ("nucleo", "0001_inicial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        criar_papel_inquilino(),
        erguer_parede("nucleo_perfil"),
        erguer_parede("nucleo_vinculo", chaves=[("perfil_id", "nucleo_perfil")]),
        erguer_parede("nucleo_chaveapi", chaves=[("perfil_id", "nucleo_perfil")]),
        erguer_parede("nucleo_chaveidempotencia"),
        migrations.RunSQL(_VISTA_DA_PESSOA, _DESFAZER_VISTA_DA_PESSOA),
        migrations.RunSQL(_PERMISSOES_DO_PERFIL, _DESFAZER_PERMISSOES_DO_PERFIL),
        migrations.RunSQL(_PESSOAS, _DESFAZER_PESSOAS),
        migrations.RunSQL(_REGISTRO_DO_ESCRITORIO, _DESFAZER_REGISTRO_DO_ESCRITORIO),
        migrations.RunSQL(_CHAVE_POR_PREFIXO, "DROP FUNCTION chave_api_por_prefixo(text)"),
        migrations.RunSQL(_AUDITORIA_E_ALERTAS, _DESFAZER_AUDITORIA_E_ALERTAS),
        *[
            tabela_global(tabela, direitos=direitos, sequencia=tabela in _COM_SEQUENCIA)
            for tabela, direitos in _GLOBAIS.items()
        ],
    ]
