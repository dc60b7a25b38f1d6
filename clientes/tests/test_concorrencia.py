"""Real processes on one table of counters: no duplicate, no gap, no error, no waiting for strangers."""

import json
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from clientes.models import Cliente, CodigoSequencia
from clientes.models.codigo import parte_lida
from clientes.services import cliente_criar, municipios_carregar
from clientes.services.series import SeriesDeClientes
from clientes.tests.factories import CURITIBA, LONDRINA, MANAUS
from nucleo.ator import Ator
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.empresas import empresa_criar
from nucleo.tests.processos import Corredor, correr

pytestmark = [pytest.mark.concorrencia, pytest.mark.django_db(transaction=True)]

CRIAR = "clientes.tests.corridas:criar"
SEGURAR = "clientes.tests.corridas:criar_e_segurar"
MUITOS = [CURITIBA, LONDRINA, MANAUS, 3550308, 3304557, 5300108, 2927408, 1100015, 4314902, 4205407]


@pytest.fixture
def alfa(transactional_db: None) -> Empresa:
    municipios_carregar()
    return empresa_criar(slug="alfa", nome="Alfa")


def _tudo_certo(empresa: Empresa, esperados: int) -> None:
    with escopo(empresa):
        assert Cliente.objects.count() == esperados
        assert SeriesDeClientes().verificar(empresa) == []


def test_processes_in_one_new_municipality_leave_neither_duplicates_nor_gaps(alfa: Empresa) -> None:
    saida = correr(
        CRIAR,
        [
            {"empresa_id": alfa.pk, "vezes": 40, "municipios": [CURITIBA], "semente": n, "desfazer": 0.2}
            for n in range(4)
        ],
    )
    codigos = sorted(codigo for lista in saida for codigo in lista)
    assert codigos == [f"0001-{n:04d}" for n in range(1, 161)]
    _tudo_certo(alfa, 160)


def test_processes_in_many_new_municipalities_leave_neither_duplicates_nor_gaps(alfa: Empresa) -> None:
    correr(
        CRIAR,
        [
            {"empresa_id": alfa.pk, "vezes": 40, "municipios": MUITOS, "semente": n, "desfazer": 0.3}
            for n in range(4)
        ],
    )
    with escopo(alfa):
        numeros = sorted(CodigoSequencia.objects.values_list("numero_municipio", flat=True))
    assert numeros == list(range(1, len(numeros) + 1))
    _tudo_certo(alfa, 160)


def test_positive_control_without_the_lock_the_race_shows(alfa: Empresa, ator: Ator) -> None:
    """Without the row's lock two processes read one number; only the retry behind the constraint saves."""
    with escopo(alfa):
        cliente_criar(empresa=alfa, ator=ator, nome="Primeiro", municipio_ibge=CURITIBA)
    saida = correr(
        "clientes.tests.corridas:contar_conflitos",
        [{"empresa_id": alfa.pk, "vezes": 40, "municipios": [CURITIBA], "semente": n} for n in range(4)],
        remendo="clientes.tests.corridas:sem_trava",
    )
    assert sum(saida) > 0


def test_with_the_lock_nobody_ever_sees_a_conflict(alfa: Empresa) -> None:
    saida = correr(
        "clientes.tests.corridas:contar_conflitos",
        [{"empresa_id": alfa.pk, "vezes": 40, "municipios": [CURITIBA], "semente": n} for n in range(4)],
    )
    assert saida == [0, 0, 0, 0]


def _segurando(empresa: Empresa, municipio: int) -> Corredor:
    corredor = Corredor(SEGURAR, {"empresa_id": empresa.pk, "municipio": municipio})
    assert corredor.ler() == "pronto"
    corredor.largar()
    return corredor


def test_a_process_killed_between_number_and_commit_leaves_no_gap(alfa: Empresa, ator: Ator) -> None:
    with escopo(alfa):
        cliente_criar(empresa=alfa, ator=ator, nome="Primeiro", municipio_ibge=CURITIBA)
    morto = _segurando(alfa, CURITIBA)
    assert morto.ler() == "0001-0002"
    morto.matar()
    with escopo(alfa):
        seguinte = cliente_criar(empresa=alfa, ator=ator, nome="Seguinte", municipio_ibge=CURITIBA)
    assert seguinte.codigo_cliente == "0001-0002"
    _tudo_certo(alfa, 2)


@pytest.fixture
def com_pressa(alfa: Empresa) -> Callable[[int], str]:
    """Create a customer, refusing to wait for anybody's lock."""

    def criar(municipio: int) -> str:
        with escopo(alfa):
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '500ms'")
            try:
                return cliente_criar(
                    empresa=alfa, ator=Ator("pressa"), nome="Com pressa", municipio_ibge=municipio
                ).codigo_cliente
            finally:
                with connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")

    return criar


def test_scopes_do_not_wait_for_each_other(alfa: Empresa, com_pressa: Callable[[int], str]) -> None:
    com_pressa(CURITIBA)
    com_pressa(LONDRINA)
    outro = _segurando(alfa, CURITIBA)
    assert outro.ler() == "0001-0002"
    assert com_pressa(LONDRINA) == "0002-0002"
    outro.largar()
    assert outro.terminar() == "0001-0002"


def test_one_scope_does_wait_which_is_what_makes_it_dense(
    alfa: Empresa, com_pressa: Callable[[int], str]
) -> None:
    from django.db.utils import OperationalError

    com_pressa(CURITIBA)
    outro = _segurando(alfa, CURITIBA)
    assert outro.ler() == "0001-0002"
    with pytest.raises(OperationalError, match="lock timeout"):
        com_pressa(CURITIBA)
    outro.largar()
    outro.terminar()
    assert com_pressa(CURITIBA) == "0001-0003"
    _tudo_certo(alfa, 3)


def test_other_companies_first_customers_do_not_wait(alfa: Empresa, com_pressa: Callable[[int], str]) -> None:
    beta = empresa_criar(slug="beta", nome="Beta")
    outro = _segurando(beta, CURITIBA)
    assert outro.ler() == "0001-0001"
    assert com_pressa(CURITIBA) == "0001-0001"
    outro.largar()
    outro.terminar()


def test_blocks_over_the_same_municipalities_in_any_order_never_deadlock(alfa: Empresa) -> None:
    listas = [MUITOS, MUITOS[::-1], MUITOS[5:] + MUITOS[:5], MUITOS[::2] + MUITOS[1::2]]
    argumentos = [{"empresa_id": alfa.pk, "municipios": lista, "blocos": 8} for lista in listas]
    assert correr("clientes.tests.corridas:criar_blocos", argumentos) == [80] * 4
    _tudo_certo(alfa, 320)
    with escopo(alfa):
        maior = max(Cliente.objects.values_list("codigo_cliente", flat=True))
    assert parte_lida(maior[:4]) == len(set(MUITOS))


def test_the_same_document_twice_at_once_is_one_customer_and_one_clear_refusal(alfa: Empresa) -> None:
    saida = correr(
        "clientes.tests.corridas:criar_com_documento",
        [{"empresa_id": alfa.pk, "documento": "52998224725"}] * 4,
    )
    criados = [um for um in saida if not um.startswith("cpf_cnpj_duplicado")]
    assert len(criados) == 1
    assert [um for um in saida if um not in criados] == [f"cpf_cnpj_duplicado {criados[0]}"] * 3
    _tudo_certo(alfa, 1)


def test_the_operators_rehearsal_passes_and_leaves_nothing_behind(alfa: Empresa) -> None:
    saida = StringIO()
    argumentos = ["--processos", "2", "--por-processo", "20", "--municipios", "3", "--json"]
    call_command("testar_geracao_codigo_concorrente", *argumentos, stdout=saida)
    relato = json.loads(saida.getvalue())
    assert relato["aprovado"] is True
    assert (relato["criados"], relato["duplicados"], relato["lacunas"], relato["erros"]) == (40, 0, 0, [])
    assert list(Empresa.objects.values_list("slug", flat=True)) == ["alfa"]
    assert not Cliente.objects.exists()
