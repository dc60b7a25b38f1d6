"""The demo companies: complete, valid, the same when loaded again."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from stdnum.br import cnpj, cpf

from clientes.models import Cliente
from clientes.services.municipios import municipios_carregar
from cobranca.models import Ciclo, Mensagem
from config.demo import demo_pendente
from estoque.models import MovimentacaoEstoque
from nucleo.models import Empresa, Usuario, Vinculo
from orcamentos.models import Orcamento
from orcamentos.models.orcamento import Status

pytestmark = pytest.mark.django_db


def _carregar() -> None:
    municipios_carregar()
    call_command("carregar_demo", stdout=StringIO())


def _contagem() -> dict[str, int]:
    modelos = (Empresa, Cliente, MovimentacaoEstoque, Orcamento, Ciclo, Mensagem, Usuario, Vinculo)
    return {modelo.__name__: modelo.objects.count() for modelo in modelos}


def test_the_demo_is_complete_and_loading_it_again_adds_nothing() -> None:
    _carregar()
    primeira = _contagem()
    assert primeira["Empresa"] == 2
    assert primeira["Cliente"] == 480
    assert set(Orcamento.objects.values_list("status", flat=True)) == set(Status.values)
    assert set(Ciclo.objects.values_list("status", flat=True)) == set(Ciclo.Status.values)
    for documento in Cliente.objects.exclude(cpf_cnpj="").values_list("cpf_cnpj", flat=True):
        assert cpf.is_valid(documento) or cnpj.is_valid(documento)
    _carregar()
    assert _contagem() == primeira


def test_a_loading_cut_short_is_completed_by_the_next_start(monkeypatch: pytest.MonkeyPatch) -> None:
    municipios_carregar()
    with monkeypatch.context() as corte:
        corte.setattr("config.demo.CLIENTES_POR_EMPRESA", 12)
        corte.setattr("orcamentos.demo.orcamentos_expirar", _interromper)
        with pytest.raises(KeyboardInterrupt):
            call_command("carregar_demo", "--se-vazio", stdout=StringIO())
    assert Empresa.objects.count() == 1
    assert not Orcamento.objects.exists()
    assert demo_pendente()

    monkeypatch.setattr("config.demo.CLIENTES_POR_EMPRESA", 12)
    call_command("carregar_demo", "--se-vazio", stdout=StringIO())
    assert not demo_pendente()
    assert _contagem() | {"Ciclo": 0, "Mensagem": 0, "MovimentacaoEstoque": 0} == {
        "Empresa": 2,
        "Cliente": 24,
        "MovimentacaoEstoque": 0,
        "Orcamento": 120,
        "Ciclo": 0,
        "Mensagem": 0,
        "Usuario": 1,
        "Vinculo": 4,
    }


def _interromper(**_: object) -> None:
    raise KeyboardInterrupt


def test_with_se_vazio_an_existing_company_is_left_alone(empresa: Empresa) -> None:
    call_command("carregar_demo", "--se-vazio", stdout=StringIO())
    assert list(Empresa.objects.all()) == [empresa]


def test_production_refuses_the_demo(settings: object) -> None:
    settings.PRODUCAO = True
    with pytest.raises(CommandError, match="produção"):
        call_command("carregar_demo")
    assert not Empresa.objects.exists()
