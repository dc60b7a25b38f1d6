"""The rules of the house hold everywhere, and each rule sees the violation it is for.

What is excused stands here with its reason; an excuse that excuses nothing any more fails too.
"""

import ast

import pytest
from django.db.migrations.loader import MigrationLoader

from config.tests import casa

_OUTRO_PROCESSO = "waits for another process, with a deadline: nothing in it says when it got there"

ESCRITAS = {
    "config/management/commands/sincronizar_agenda.py": "the beat's own tables: no app owns them",
    "estoque/tasks.py: dobrar_produtos chama .delete()": "a key of Redis, not a row",
    "nucleo/api/idempotencia.py": "the kept answer is part of the HTTP exchange, in the write's transaction",
}
SINAIS = {
    "config/contagem.py: conectar": "Celery's own signals: they count tasks and touch no row",
    "nucleo/escopo.py: instalar": "a new connection must be told its company before anyone uses it",
}
ASSINATURAS = {
    "cobranca/services/criacao.py: mensagens_do_ciclo": "builds rows from three values, writes nothing",
    "cobranca/services/expediente.py: expediente_da": "reads, two values of different types",
    "cobranca/services/registro.py: campos_de_enviada": "pure: the fields of a sent message",
    "cobranca/services/registro.py: segurar": "a step of the services around it, under their lock",
    "cobranca/services/redacao.py: preencher": "pure: a model and what fills it",
    "cobranca/services/referencias.py: com_referencia": "pure: a text and what is put at its end",
    "cobranca/services/redacao.py: divergencias": "pure: compares two texts",
    "estoque/services/cache.py: garantir_cache_atualizado": "signature of the old system, kept for callers",
    "estoque/services/cache.py: validar_precisao_cache": "signature of the old system, kept for callers",
    "estoque/services/campos.py: quantidade_": "pure: a value and the name of its field",
    "estoque/services/carga.py: desabilitar_cache_temporariamente": "signature of the old system, kept",
    "orcamentos/services/criacao.py: itens_inserir": "a step of the services around it, in their transaction",
    "orcamentos/services/edicao.py: conferir_versao": "pure: refuses an old version",
    "orcamentos/services/edicao.py: gravar_mudanca": "a step of the services around it, under their lock",
}
LARGAS = {
    "cobranca/services/webhooks.py: _processar_ou_adiar": "the edge of a worker: the next event must go on",
    "estoque/tests/corrida.py: main": "edge of a test's child process: every error is the test's to judge",
}
ESPERAS = {
    "cobranca/tests/caos.py: _esperar_de_pe": _OUTRO_PROCESSO,
    "cobranca/tests/caos.py: assentar": _OUTRO_PROCESSO,
    "cobranca/tests/caos.py: esperar": _OUTRO_PROCESSO,
    "cobranca/tests/despachante.py: tirar_as_travas.marcar_depois": "positive control: opens the window",
    "cobranca/tests/test_corridas.py: _correr": "time in which a message that must not leave would leave",
    "cobranca/tests/test_exatamente_uma_vez.py: _tempestade": "how long each fault of the gateway lasts",
}


def test_rows_are_locked_only_in_the_locks_module_of_an_app() -> None:
    assert casa.violacoes(casa.trava_fora_de_locks) == []


def test_every_module_is_named_after_what_is_in_it() -> None:
    assert casa.violacoes(casa.modulo_sem_assunto) == []


def test_pages_endpoints_tasks_and_commands_write_through_services() -> None:
    assert casa.violacoes(casa.escrita_na_pele, ESCRITAS) == []


def test_signals_are_received_only_in_handlers() -> None:
    assert casa.violacoes(casa.sinal_fora_do_lugar, SINAIS) == []


def test_services_are_called_by_keyword_and_typed() -> None:
    assert casa.violacoes(casa.servico_mal_assinado, ASSINATURAS) == []


def test_nobody_catches_everything() -> None:
    assert casa.violacoes(casa.excecao_larga, LARGAS) == []


def test_nothing_after_the_commit_is_a_lambda() -> None:
    assert casa.violacoes(casa.on_commit_com_lambda) == []


def test_no_test_sleeps_or_is_left_out() -> None:
    assert casa.violacoes(casa.teste_que_dorme_ou_falta, ESPERAS) == []


def test_files_and_functions_are_short() -> None:
    assert casa.violacoes(casa.longo_demais) == []


def _migracoes(app: str) -> dict[str, set[str]]:
    disco = MigrationLoader(None).disk_migrations
    return {
        nome: {abaixo for outro, abaixo in migracao.dependencies if outro == app}
        for (dela, nome), migracao in disco.items()
        if dela == app
    }


@pytest.mark.parametrize("app", casa.APPS)
def test_the_migrations_of_an_app_are_one_named_line(app: str) -> None:
    migracoes = _migracoes(app)
    assert migracoes
    assert casa.folhas_das_migracoes(migracoes) == []


@pytest.mark.parametrize(
    ("dependencias", "achado"),
    [
        ({"0001_inicial": set(), "0002_auto_x": {"0001_inicial"}}, "0002_auto_x tem nome automático"),
        ({"1": set(), "2": {"1"}, "3": {"1"}}, "mais de uma folha: 2, 3"),
        ({"1": set(), "2": {"1"}, "3": {"1"}, "4": {"2", "3"}}, "4 junta ramos"),
    ],
)
def test_a_branch_or_an_automatic_name_among_migrations_is_seen(
    dependencias: dict[str, set[str]], achado: str
) -> None:
    assert achado in casa.folhas_das_migracoes(dependencias)


LONGA = "def f():\n" + "    x = 1\n" * casa.LINHAS_DA_FUNCAO
PLANTADAS = [
    (casa.trava_fora_de_locks, "x/services/a.py", "def f():\n Ciclo.objects.select_for_update().get()"),
    (casa.trava_fora_de_locks, "x/selectors.py", "trava = fila.filter(a=1).select_for_update(of=('self',))"),
    (casa.modulo_sem_assunto, "x/utils.py", ""),
    (casa.modulo_sem_assunto, "x/services/helpers/nome.py", ""),
    (casa.escrita_na_pele, "x/admin/a.py", "def f(m):\n m.objects.create(a=1)"),
    (casa.escrita_na_pele, "x/api/views.py", "def f(obj):\n obj.save()"),
    (casa.escrita_na_pele, "x/tasks.py", "def f():\n Ciclo.objects.filter(a=1).exclude(b=2).update(c=3)"),
    (casa.escrita_na_pele, "x/management/commands/c.py", "def f(m):\n m._default_manager.bulk_create([])"),
    (casa.escrita_na_pele, "x/admin/a.py", "class A:\n def delete_queryset(self, r, q):\n  q.delete()"),
    (
        casa.escrita_na_pele,
        "x/api/views.py",
        "class A:\n def perform(self):\n  self.get_queryset().update(a=1)",
    ),
    (casa.sinal_fora_do_lugar, "x/services/a.py", "@receiver(post_save)\ndef f(**k): ..."),
    (casa.sinal_fora_do_lugar, "x/models/a.py", "post_save.connect(f, dispatch_uid='f')"),
    (casa.servico_mal_assinado, "x/services/a.py", "def f(empresa: E, nome: str) -> None: ..."),
    (casa.servico_mal_assinado, "x/services/a.py", "def f(nome: str, *, ator: Ator) -> None: ..."),
    (casa.servico_mal_assinado, "x/services.py", "def f(*, empresa, nome: str) -> None: ..."),
    (casa.servico_mal_assinado, "x/services.py", "def f(*, empresa: E):\n return 1"),
    (casa.excecao_larga, "x/services/a.py", "try:\n f()\nexcept Exception:\n pass"),
    (casa.excecao_larga, "x/services/a.py", "try:\n f()\nexcept:\n pass"),
    (casa.excecao_larga, "x/services/a.py", "try:\n f()\nexcept (ValueError, BaseException):\n pass"),
    (casa.on_commit_com_lambda, "x/services/a.py", "def f():\n transaction.on_commit(lambda: g())"),
    (casa.on_commit_com_lambda, "x/services/a.py", "def f():\n on_commit(func=lambda: g(), robust=True)"),
    (casa.teste_que_dorme_ou_falta, "x/tests/test_a.py", "def test_a():\n time.sleep(1)"),
    (casa.teste_que_dorme_ou_falta, "x/tests/test_a.py", "def test_a():\n sleep(1)"),
    (
        casa.teste_que_dorme_ou_falta,
        "x/tests/test_a.py",
        "@pytest.mark.skipif(True, reason='')\ndef test(): ...",
    ),
    (casa.teste_que_dorme_ou_falta, "x/tests/test_a.py", "pytestmark = pytest.mark.xfail"),
    (casa.longo_demais, "x/models/a.py", LONGA),
    (casa.longo_demais, "x/models/a.py", "x = 1\n" * (casa.LINHAS_DO_ARQUIVO + 1)),
]


@pytest.mark.parametrize(("regra", "caminho", "fonte"), PLANTADAS)
def test_a_planted_violation_is_seen(regra: casa.Regra, caminho: str, fonte: str) -> None:
    assert len(casa.plantada(regra, caminho, fonte)) == 1


LICITAS = [
    (casa.trava_fora_de_locks, "x/locks.py", "def f():\n return Ciclo.objects.select_for_update().get()"),
    (casa.escrita_na_pele, "x/services/a.py", "def f(m):\n m.objects.create(a=1)"),
    (casa.escrita_na_pele, "x/admin/a.py", "def f(contexto):\n contexto.update(a=1)"),
    (casa.sinal_fora_do_lugar, "x/handlers.py", "post_save.connect(f, dispatch_uid='f')"),
    (casa.sinal_fora_do_lugar, "x/a.py", "psycopg2.connect(url)"),
    (casa.servico_mal_assinado, "x/services/a.py", "def f(*, empresa: E, ator: Ator) -> None: ..."),
    (casa.servico_mal_assinado, "x/services/a.py", "def cifrar(texto: str) -> str: ..."),
    (casa.servico_mal_assinado, "x/services/a.py", "def _f(a, b): ..."),
    (casa.excecao_larga, "x/services/a.py", "try:\n f()\nexcept (ValueError, KeyError):\n pass"),
    (casa.on_commit_com_lambda, "x/services/a.py", "transaction.on_commit(partial(g, 1))"),
    (casa.teste_que_dorme_ou_falta, "x/services/a.py", "time.sleep(1)"),
    (casa.longo_demais, "x/migrations/0001_inicial.py", "x = 1\n" * (casa.LINHAS_DO_ARQUIVO + 1)),
]


@pytest.mark.parametrize(("regra", "caminho", "fonte"), LICITAS)
def test_what_is_right_is_left_alone(regra: casa.Regra, caminho: str, fonte: str) -> None:
    assert casa.plantada(regra, caminho, fonte) == []


def test_an_excuse_without_a_use_is_seen() -> None:
    def nenhuma(caminho: object, arvore: ast.Module) -> list[str]:
        return []

    assert casa.violacoes(nenhuma, {"x/a.py": "motivo"}) == ["permissão sem uso: x/a.py"]
