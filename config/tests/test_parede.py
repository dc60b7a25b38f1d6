"""The tenant wall as it stands in the database: every table has its decision, or the suite fails."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from nucleo.models import ChaveInquilino

pytestmark = pytest.mark.django_db
RAIZ = Path(__file__).resolve().parent.parent.parent

# Tables without an empresa, each with the reason why that is right.
SEM_EMPRESA = {
    "auth_group": "Django's own; not granted to inquilino at all",
    "auth_group_permissions": "Django's own; not granted to inquilino at all",
    "auth_permission": "names of what can be allowed; the same for everybody, read only",
    "clientes_municipio": "the country's municipalities; the same for everybody",
    "django_admin_log": "Django's model has no empresa; the wall adds the column and a policy",
    "django_celery_beat_clockedschedule": "the installation's schedule",
    "django_celery_beat_crontabschedule": "the installation's schedule",
    "django_celery_beat_intervalschedule": "the installation's schedule",
    "django_celery_beat_periodictask": "the installation's schedule",
    "django_celery_beat_periodictasks": "the installation's schedule",
    "django_celery_beat_solarschedule": "the installation's schedule",
    "django_content_type": "names of models; the same for everybody, read only",
    "django_migrations": "the schema's history, read only",
    "django_session": "found by its secret key before there is a person; its content is signed",
    "nucleo_empresa": "the tenant itself: policy on its own id",
    "nucleo_perfil_permissoes": "belongs to its perfil: policy through it",
    "nucleo_pulso": "signs of life of the installation",
    "nucleo_usuario": "a person may work in several empresas: policy through the links",
    "nucleo_usuario_groups": "Django's own; not granted to inquilino at all",
    "nucleo_usuario_user_permissions": "Django's own; not granted to inquilino at all",
    "sessions_ctx_tentativalogin": "counted before anybody is known; holds logins and addresses only",
}
# Tables without an empresa column or with one that Django does not know, behind a policy all the same.
COM_POLITICA_PROPRIA = {"django_admin_log", "nucleo_empresa", "nucleo_perfil_permissoes", "nucleo_usuario"}
_CONFIGURA = re.compile(
    r"set_config\(\s*'(role|app\.)|\bSET\s+(SESSION\s+|LOCAL\s+)?(ROLE|app\.)|RESET\s+(ROLE|ALL)", re.I
)

# Written reasons in use for looking across companies. A new one is a decision: add it here.
MOTIVOS_DO_DONO = {
    "criar empresa: ela ainda não existe para ter escopo",
    "criar usuário: a pessoa já trabalha em outra empresa",
    "comando: encontrar a empresa pelo identificador",
    "comando: listar as empresas para trabalhar em cada uma",
    "limpar sessões expiradas de todas as empresas",
    "limpar respostas antigas a Idempotency-Key de todas as empresas",
    "cobrança: percorrer as empresas para vigiar e conferir cada uma",
    "ensaio de concorrência: criar e remover a empresa descartável",
    "demonstração: ver se já existe alguma empresa",
    "demonstração: encontrar a empresa pelo identificador",
    "despacho: achar as empresas que têm mensagens a enviar",
    "importações: encontrar em todas as empresas as que pararam no meio",
    "validade dos orçamentos: listar as empresas",
    "validação do estoque: listar as empresas",
    "varredura do estoque: achar as empresas com deltas pendentes",
}


def _linhas(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _tabelas() -> dict[str, tuple[bool, bool]]:
    """Every table of ours: (row-level security on, has empresa_id)."""
    return {
        nome: (rls, tem)
        for nome, rls, tem in _linhas("""
            SELECT c.relname, c.relrowsecurity, EXISTS (
                SELECT FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attname = 'empresa_id' AND NOT a.attisdropped)
            FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
            ORDER BY 1""")
    }


def test_every_table_with_an_empresa_has_row_level_security_and_a_policy_for_inquilino() -> None:
    com_politica = {
        tabela
        for (tabela,) in _linhas(
            "SELECT DISTINCT tablename FROM pg_policies"
            " WHERE schemaname = 'public' AND 'inquilino' = ANY (roles)"
        )
    }
    tabelas = _tabelas()
    abertas = {t for t, (rls, tem) in tabelas.items() if tem and not (rls and t in com_politica)}
    assert abertas == set()
    assert {t for t in COM_POLITICA_PROPRIA if not (tabelas[t][0] and t in com_politica)} == set()


def test_every_table_without_an_empresa_has_a_written_decision() -> None:
    sem_empresa = {t for t, (_, tem) in _tabelas().items() if not tem} | {"django_admin_log"}
    assert sem_empresa - set(SEM_EMPRESA) == set()
    assert set(SEM_EMPRESA) - sem_empresa - {"clientes_municipio"} == set()


def test_every_model_is_a_table_that_was_decided_about() -> None:
    tabelas = _tabelas()
    modelos = {m._meta.db_table for m in apps.get_models(include_auto_created=True) if m._meta.managed}
    assert modelos - set(tabelas) == set()


def test_no_policy_is_for_everybody() -> None:
    publicas = _linhas("SELECT tablename, policyname FROM pg_policies WHERE roles <> '{inquilino}'")
    assert publicas == []


def test_every_policy_of_a_table_with_an_empresa_checks_what_is_written() -> None:
    """A policy without WITH CHECK uses its USING; one that is FOR SELECT writes nothing."""
    frouxas = _linhas("""
        SELECT p.tablename, p.policyname FROM pg_policies p
        WHERE p.cmd IN ('ALL', 'INSERT', 'UPDATE') AND p.permissive = 'PERMISSIVE'
          AND coalesce(p.with_check, p.qual) NOT LIKE '%app.%'
          AND p.policyname NOT IN (
              'nucleo_usuario_entra', -- a new person belongs to nobody yet
              'nucleo_registroauditoria_sem_empresa') -- a line about nobody, which only the owner reads""")
    assert frouxas == []


def test_inquilino_owns_nothing_and_may_not_pass_the_policies() -> None:
    assert _linhas(
        "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = 'inquilino'"
    ) == [(False, False, False)]
    assert (
        _linhas("""SELECT relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
        WHERE r.rolname = 'inquilino'""")
        == []
    )


def test_nobody_but_owner_and_inquilino_was_granted_anything() -> None:
    alheios = _linhas("""
        SELECT table_name, grantee, privilege_type FROM information_schema.role_table_grants
        WHERE table_schema = 'public' AND grantee NOT IN ('inquilino', current_user)
          AND grantor <> grantee AND grantee = 'PUBLIC'""")
    assert alheios == []


def test_inquilino_may_not_truncate_nor_reference_anything() -> None:
    """TRUNCATE passes by every policy; a foreign key tells whether a row exists."""
    demais = _linhas("""
        SELECT table_name, privilege_type FROM information_schema.role_table_grants
        WHERE table_schema = 'public' AND grantee = 'inquilino'
          AND privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')""")
    assert demais == []


def test_references_between_tenant_rows_are_composite() -> None:
    """A plain key would accept another empresa's id: key checks pass by policies."""
    simples = _linhas("""
        SELECT c.conrelid::regclass::text, c.conname FROM pg_constraint c
        WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
          AND array_length(c.conkey, 1) = 1
          AND c.confrelid::regclass::text <> 'nucleo_empresa'
          AND EXISTS (SELECT FROM pg_attribute a
                      WHERE a.attrelid = c.conrelid AND a.attname = 'empresa_id' AND NOT a.attisdropped)
          AND EXISTS (SELECT FROM pg_attribute a
                      WHERE a.attrelid = c.confrelid AND a.attname = 'empresa_id' AND NOT a.attisdropped)""")
    assert simples == []


def test_every_reference_of_a_model_is_held_by_the_database() -> None:
    """`ChaveInquilino` makes no constraint itself: the wall's composite key must be there."""
    compostas = {
        (tabela, coluna)
        for tabela, coluna in _linhas("""
            SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
            JOIN pg_attribute e ON e.attrelid = c.conrelid AND e.attname = 'empresa_id'
            JOIN pg_attribute a
              ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey) AND a.attnum <> e.attnum
            WHERE c.contype = 'f' AND e.attnum = ANY (c.conkey) AND c.convalidated""")
    }
    pedidas = {
        (modelo._meta.db_table, campo.column)
        for modelo in apps.get_models(include_auto_created=True)
        if modelo._meta.managed
        for campo in modelo._meta.local_fields
        if isinstance(campo, ChaveInquilino)
    }
    assert pedidas - compostas == set()


def test_every_view_shows_what_its_reader_may_see() -> None:
    definidoras = _linhas("""
        SELECT c.relname FROM pg_class c
        WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace
          AND NOT coalesce(c.reloptions::text[] @> ARRAY['security_invoker=true'], false)""")
    assert definidoras == []
    assert _linhas("SELECT matviewname FROM pg_matviews WHERE schemaname = 'public'") == []


def _da_extensao(alias: str) -> str:
    return f"NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = {alias}.oid AND d.deptype = 'e')"


def test_functions_with_the_owners_rights_have_a_fixed_search_path_and_are_not_everybodys() -> None:
    """pg_temp is named, and last: unnamed it is searched first, and a tenant may make tables there."""
    soltas = _linhas(f"""
        SELECT p.proname FROM pg_proc p
        WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND {_da_extensao("p")}
          AND (NOT EXISTS (SELECT FROM unnest(p.proconfig) x WHERE x LIKE 'search_path=%, pg_temp')
               OR (has_function_privilege('public', p.oid, 'EXECUTE')))""")
    assert soltas == []


def test_the_owners_view_is_only_taken_for_a_listed_reason() -> None:
    """Each call of `visao_do_dono` carries a literal reason, and the reasons are listed here."""
    achados: set[str] = set()
    sem_literal: list[str] = []
    for arquivo in _fontes():
        arvore = ast.parse(arquivo.read_text())
        constantes = {
            alvo.id: no.value
            for no in arvore.body
            if isinstance(no, ast.Assign)
            for alvo in no.targets
            if isinstance(alvo, ast.Name)
        }
        for no in ast.walk(arvore):
            if isinstance(no, ast.Call) and getattr(no.func, "id", "") == "visao_do_dono":
                motivo = no.args[0] if no.args else no.keywords[0].value
                motivo = constantes.get(motivo.id, motivo) if isinstance(motivo, ast.Name) else motivo
                if isinstance(motivo, ast.Constant) and isinstance(motivo.value, str):
                    achados.add(motivo.value)
                else:
                    sem_literal.append(f"{arquivo.relative_to(RAIZ)}:{no.lineno}")
    assert sem_literal == []
    assert achados - MOTIVOS_DO_DONO == set()


def test_nothing_but_the_scope_module_touches_the_walls_settings() -> None:
    tocam = {
        str(arquivo.relative_to(RAIZ)) for arquivo in _fontes() if _CONFIGURA.search(arquivo.read_text())
    }
    # The command gives the web's login its only role; it changes no running connection.
    assert tocam - {"nucleo/escopo.py", "config/management/commands/preparar_banco.py"} == set()


def _fontes() -> list[Path]:
    apps_nossos = ["config", "nucleo", "clientes", "estoque", "orcamentos", "cobranca", "sessions_ctx"]
    return [
        arquivo
        for app in apps_nossos
        for arquivo in sorted((RAIZ / app).rglob("*.py"))
        if "tests" not in arquivo.parts and "migrations" not in arquivo.parts
    ]
