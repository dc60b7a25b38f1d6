"""Nobody gets between the triggers and the log they write."""

import pytest
from django.db import connection

from estoque import services
from estoque.models import CacheUpdateLog
from nucleo.ator import Ator
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db
ATOR = Ator("teste")


def test_a_temporary_table_of_the_tenant_does_not_catch_the_deltas(no_escopo: Empresa) -> None:
    """An unlisted pg_temp is searched first: the owner's function would write, and run, what is there."""
    produto = services.produto_criar(empresa=no_escopo, ator=ATOR, cod_produto="A", nome="Anel")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE cache_update_log (LIKE public.cache_update_log INCLUDING ALL)")
        cursor.execute("GRANT ALL ON cache_update_log TO PUBLIC")
        try:
            services.movimentacao_registrar(
                empresa=no_escopo, ator=ATOR, produto=produto, tipo="entrada", quantidade="9"
            )
            cursor.execute("SELECT count(*) FROM pg_temp.cache_update_log")
            assert cursor.fetchone() == (0,)
        finally:
            cursor.execute("DROP TABLE pg_temp.cache_update_log")
    assert CacheUpdateLog.objects.count() == 1
