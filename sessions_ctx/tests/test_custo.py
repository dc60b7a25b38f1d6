"""What a request pays for its context: one query, by an index, also among very many sessions."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nucleo.escopo import escopo_do_usuario
from sessions_ctx.models import SessionContext
from sessions_ctx.selectors import get_session_context
from sessions_ctx.tests.conftest import Pessoa, entrar, trocar

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "caminho", ["/api/v1/sessao/contexto/", "/api/v1/clientes/", "/admin/nucleo/perfil/"]
)
def test_a_request_asks_for_its_context_once(pessoa: Pessoa, navegador: Client, caminho: str) -> None:
    entrar(navegador)
    trocar(navegador, pessoa.alfa)
    with CaptureQueriesContext(
        connection,
    ) as consultas:
        assert navegador.get(caminho).status_code == 200
    do_contexto = [c["sql"] for c in consultas if 'FROM "session_context"' in c["sql"]]
    assert len(do_contexto) == 1
    assert not [c["sql"] for c in consultas if c["sql"].startswith(("UPDATE", "INSERT"))]


def test_the_query_uses_an_index_behind_the_policies(pessoa: Pessoa) -> None:
    agora = timezone.now()
    comum = {
        "usuario": pessoa.usuario,
        "perfil_ativo": pessoa.alfa,
        "empresa": pessoa.alfa.empresa,
        "data_criacao": agora,
        "data_expiracao": agora + timedelta(hours=8),
        "ultimo_uso": agora,
    }
    SessionContext.objects.bulk_create(SessionContext(sessao_id=f"{n:064x}", **comum) for n in range(5000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE session_context")
    with escopo_do_usuario(pessoa.usuario.pk), CaptureQueriesContext(connection) as consultas:
        assert get_session_context(usuario=pessoa.usuario, sessao_id=f"{7:064x}") is not None
        (consulta,) = [c["sql"] for c in consultas]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {consulta}")
            plano = "\n".join(linha for (linha,) in cursor.fetchall())
    assert "session_context_ativa_uniq" in plano or "session_context_sessao_idx" in plano, plano
    assert "Seq Scan on session_context" not in plano, plano
