"""Processes that switch one session, or guess one password, at the same moment."""

from typing import Any

import pytest

from nucleo.ator import Ator
from nucleo.escopo import escopo_do_usuario
from nucleo.models import Perfil, RegistroAuditoria
from nucleo.tests.factories import VinculoFactory
from nucleo.tests.processos import Corredor, correr
from sessions_ctx.models import SessionContext, TentativaLogin
from sessions_ctx.services import create_session_context
from sessions_ctx.tests.conftest import SENHA, Pessoa

pytestmark = [pytest.mark.concorrencia, pytest.mark.django_db(transaction=True)]

SESSOES = [f"{n:064x}" for n in range(25)]
LIMITE = 10


def _dois_a_dois(alvo: str, argumentos: list[dict[str, Any]], remendo: str) -> list[Any]:
    """Run the positive control: both have read before either goes on."""
    dois = [Corredor(alvo, argumento, remendo) for argumento in argumentos]
    try:
        for esperado in ("pronto", "leu"):
            for corredor in dois:
                assert corredor.ler() == esperado
            for corredor in dois:
                corredor.largar()
        return [corredor.terminar() for corredor in dois]
    finally:
        for corredor in dois:
            corredor.matar()


def _abrir(pessoa: Pessoa, sessoes: list[str]) -> list[dict[str, Any]]:
    """Open the sessions in Alfa; return what two processes are to do: switch to one perfil of Beta each."""
    gerente = Perfil.objects.get(empresa=pessoa.beta.empresa, nome="gerente")
    VinculoFactory(usuario=pessoa.usuario, perfil=gerente)
    ator = Ator("teste", pessoa.usuario.pk)
    with escopo_do_usuario(pessoa.usuario.pk):
        for sessao in sessoes:
            create_session_context(usuario=pessoa.usuario, perfil=pessoa.alfa.pk, sessao_id=sessao, ator=ator)
    return [
        {"usuario_id": pessoa.usuario.pk, "perfil": perfil.pk, "sessoes": sessoes}
        for perfil in (pessoa.beta, gerente)
    ]


def _vencedores(respostas: list[list[str]]) -> list[int]:
    """How many switched, session by session."""
    return [sessao.count("trocou") for sessao in zip(*respostas, strict=True)]


def test_of_two_switches_of_one_session_one_wins_and_the_other_is_told(pessoa: Pessoa) -> None:
    argumentos = _abrir(pessoa, SESSOES)
    respostas = correr("sessions_ctx.tests.corridas:trocar", argumentos)
    assert _vencedores(respostas) == [1] * len(SESSOES)
    assert {resposta for lista in respostas for resposta in lista} <= {"trocou", "contexto_mudou"}
    for n, sessao in enumerate(SESSOES):
        ganhou = next(a for a, lista in zip(argumentos, respostas, strict=True) if lista[n] == "trocou")
        contexto = SessionContext.objects.get(sessao_id=sessao)
        assert (contexto.versao, contexto.perfil_ativo_id) == (2, ganhou["perfil"])
    # One switch each, on the person's own trail, that of the company left and of the one entered.
    assert RegistroAuditoria.objects.filter(acao="contexto_trocado").count() == 3 * len(SESSOES)


def test_positive_control_without_the_lock_both_switch_and_one_is_lost(pessoa: Pessoa) -> None:
    respostas = _dois_a_dois(
        "sessions_ctx.tests.corridas:trocar",
        _abrir(pessoa, SESSOES[:1]),
        "sessions_ctx.tests.corridas:sem_trava",
    )
    assert _vencedores(respostas) == [2]
    assert SessionContext.objects.get().versao == 2


def _estados(respostas: list[list[int]]) -> dict[int, int]:
    todos = [estado for lista in respostas for estado in lista]
    return {estado: todos.count(estado) for estado in sorted(set(todos))}


def test_of_any_number_of_guesses_at_once_exactly_the_limit_is_compared(pessoa: Pessoa) -> None:
    argumento = {"login": "maria", "senhas": ["errada"] * 15, "limite": LIMITE}
    respostas = correr("sessions_ctx.tests.corridas:adivinhar", [argumento] * 4)
    assert _estados(respostas) == {401: LIMITE, 429: 60 - LIMITE}
    assert TentativaLogin.objects.get(chave="login:maria").total == 60
    assert RegistroAuditoria.objects.filter(acao="login_recusado").count() == LIMITE
    assert RegistroAuditoria.objects.filter(acao="login_bloqueado").count() == 1
    certa = [{"login": "maria", "senhas": [SENHA], "limite": LIMITE}]
    assert correr("sessions_ctx.tests.corridas:adivinhar", certa) == [[429]]


def test_positive_control_counted_in_two_steps_more_than_the_limit_is_compared(pessoa: Pessoa) -> None:
    respostas = _dois_a_dois(
        "sessions_ctx.tests.corridas:adivinhar",
        [{"login": "maria", "senhas": ["errada"], "limite": 1}] * 2,
        "sessions_ctx.tests.corridas:contar_em_dois_passos",
    )
    assert _estados(respostas) == {401: 2}
    assert TentativaLogin.objects.get(chave="login:maria").total == 1
