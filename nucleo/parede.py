"""Migration operations that build the tenant wall: policies, composite foreign keys, grants.

Used by every app's migrations, so a table and its wall are created by the same command. All SQL is
reversible.
"""

from collections.abc import Sequence

from django.db import migrations

EMPRESA_ATUAL = "nullif(current_setting('app.empresa_id', true), '')::bigint"
USUARIO_ATUAL = "nullif(current_setting('app.usuario_id', true), '')::bigint"

# Schema-qualified on purpose: functions built on these run with a fixed search_path.
SQL_CRIAR_PAPEL = """
DO $$
DECLARE
    -- Since PostgreSQL 16 an owner who is no superuser is a member of what it creates, but may not become it.
    versao int := current_setting('server_version_num');
    direito text := CASE WHEN versao < 160000 THEN 'MEMBER' ELSE 'SET' END;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'inquilino') THEN
        CREATE ROLE inquilino NOLOGIN NOINHERIT;
    END IF;
    IF NOT pg_has_role(current_user, 'inquilino', direito) THEN
        EXECUTE format('GRANT inquilino TO %I', current_user);
    END IF;
EXCEPTION
    -- Two databases of one cluster migrated at once: the role is the cluster's, the winner made it.
    WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT USAGE ON SCHEMA public TO inquilino;
"""


def criar_papel_inquilino() -> migrations.RunSQL:
    """Create the role `inquilino` if the cluster lacks it. It stays when the migration is undone."""
    return migrations.RunSQL(SQL_CRIAR_PAPEL, migrations.RunSQL.noop)


def tabela_global(tabela: str, *, direitos: str = "SELECT", sequencia: bool = False) -> migrations.RunSQL:
    """Grant `inquilino` the use of a table without an empresa (a decision the wall's test lists)."""
    sql = f"GRANT {direitos} ON {tabela} TO inquilino;"
    desfazer = f"REVOKE ALL ON {tabela} FROM inquilino;"
    if sequencia:
        sql += _direitos_da_sequencia(tabela)
    return migrations.RunSQL(sql, desfazer)


def _direitos_da_sequencia(tabela: str) -> str:
    return f"""
DO $$
DECLARE s text := pg_get_serial_sequence('{tabela}', 'id');
BEGIN
    IF s IS NOT NULL THEN EXECUTE 'GRANT USAGE, SELECT ON SEQUENCE ' || s || ' TO inquilino'; END IF;
END $$;"""


def erguer_parede(
    tabela: str,
    *,
    chaves: Sequence[tuple[str, str]] = (),
    direitos: str = "SELECT, INSERT, UPDATE, DELETE",
    referenciavel: bool = True,
    ao_apagar: str = "NO ACTION",
) -> migrations.RunSQL:
    """Wall in one table that has `empresa_id`.

    Row-level security for `inquilino`, its grants, `UNIQUE (empresa_id, id)` when others refer to it
    (`referenciavel`), and one composite foreign key per `(coluna, tabela_alvo)` in `chaves`: a plain
    key would accept another empresa's id, because key checks bypass policies.
    """
    sql = [
        f"ALTER TABLE {tabela} ENABLE ROW LEVEL SECURITY;",
        f"CREATE POLICY {tabela}_da_empresa ON {tabela} TO inquilino"
        f" USING (empresa_id = {EMPRESA_ATUAL}) WITH CHECK (empresa_id = {EMPRESA_ATUAL});",
        f"GRANT {direitos} ON {tabela} TO inquilino;",
        _direitos_da_sequencia(tabela) if referenciavel else "",
    ]
    desfazer = []
    if referenciavel:
        sql.append(f"ALTER TABLE {tabela} ADD CONSTRAINT {tabela}_empresa_id_uniq UNIQUE (empresa_id, id);")
        desfazer.append(f"ALTER TABLE {tabela} DROP CONSTRAINT {tabela}_empresa_id_uniq;")
    for coluna, alvo in chaves:
        nome = f"{tabela}_{coluna}_fk"
        sql.append(
            f"ALTER TABLE {tabela} ADD CONSTRAINT {nome} FOREIGN KEY (empresa_id, {coluna})"
            f" REFERENCES {alvo} (empresa_id, id) ON DELETE {ao_apagar} DEFERRABLE INITIALLY IMMEDIATE;"
        )
        desfazer.insert(0, f"ALTER TABLE {tabela} DROP CONSTRAINT {nome};")
    desfazer += [
        f"DROP POLICY {tabela}_da_empresa ON {tabela};",
        f"ALTER TABLE {tabela} DISABLE ROW LEVEL SECURITY;",
        f"REVOKE ALL ON {tabela} FROM inquilino;",
    ]
    return migrations.RunSQL("\n".join(sql), "\n".join(desfazer))
