"""Nobody gets between the triggers and the log they write."""

import pytest
from django.db import connection

from estoque import services
from estoque.models import CacheUpdateLog
from nucleo.ator import Ator
from nucleo.escopo import escopo
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db
ATOR = Ator("teste")


def test_a_temporary_table_does_not_catch_the_deltas(empresa: Empresa) -> None:
    """An unlisted pg_temp is searched first: the owner's function would write, and run, what is there.

    A tenant may not even make one (see `nucleo.tests.saidas`), so it is made before stepping down.
    """
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE cache_update_log (LIKE public.cache_update_log INCLUDING ALL)")
        cursor.execute("GRANT ALL ON cache_update_log TO PUBLIC")
        with escopo(empresa):
            produto = services.produto_criar(empresa=empresa, ator=ATOR, cod_produto="A", nome="Anel")
            services.movimentacao_registrar(
                empresa=empresa, ator=ATOR, produto=produto, tipo="entrada", quantidade="9"
            )
        cursor.execute("SELECT count(*) FROM pg_temp.cache_update_log")
        assert cursor.fetchone() == (0,)
        cursor.execute("DROP TABLE pg_temp.cache_update_log")
    assert CacheUpdateLog.objects.count() == 1
