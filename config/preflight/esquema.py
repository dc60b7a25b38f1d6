"""The database's schema: ours, and not from a newer version of the program than this one."""

from django.db import connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from config.embutido import ErroDeInicio

_SAIDA = (
    "Atualize o programa, restaure a cópia de segurança que combina com ele "
    "ou use outro banco (DADOS_DIR, DATABASE_URL)."
)


def conferir_esquema() -> int:
    """How many migrations are missing; ErroDeInicio where this database is not for this program."""
    loader = MigrationLoader(connection)
    if not loader.applied_migrations:
        _conferir_vazio()
    _conferir_conhecidas(loader)
    try:
        loader.check_consistent_history(connection)
    except InconsistentMigrationHistory as erro:
        raise ErroDeInicio(
            f"O banco tem um histórico de migrações que não é deste programa ({erro}). {_SAIDA}"
        ) from erro
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _conferir_vazio() -> None:
    with connection.cursor() as cursor:
        tabelas = sorted(set(connection.introspection.table_names(cursor)) - {"django_migrations"})
    if tabelas:
        raise ErroDeInicio(
            f"O banco já tem tabelas que não são deste programa ({', '.join(tabelas[:3])}...). "
            "Aponte DATABASE_URL para um banco vazio."
        )


def _conferir_conhecidas(loader: MigrationLoader) -> None:
    nossos = loader.migrated_apps
    estranhas = sorted(
        f"{app}.{nome}"
        for app, nome in loader.applied_migrations
        if app in nossos and (app, nome) not in loader.disk_migrations
    )
    if estranhas:
        raise ErroDeInicio(
            f"O banco é de outra versão do programa, mais nova: tem a migração {estranhas[-1]}, "
            f"que aqui não existe. {_SAIDA}"
        )
