"""Who is reminded: found by customer code, else by phone; brought up to date; never doubled."""

from typing import Any

import pytest

from clientes.services import cliente_criar
from cobranca.models import Ciclo, Contato, Mensagem, Regua
from cobranca.services import ciclos_criar_lote
from cobranca.services.mudanca_de_regua import PassoPedido, regua_salvar
from cobranca.services.rodadas import rodada_da_empresa
from cobranca.tests.conftest import Simulado
from cobranca.tests.factories import ATOR, dados, nova_instancia, novo_ciclo
from nucleo.errors import ErroDeValidacao
from nucleo.escopo import escopo
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db
FONE, OUTRO = "11987654321", "11912345678"


def _contatos() -> list[tuple[str, str, str]]:
    linhas = Contato.objects.order_by("id").values_list("codigo_cliente", "nome", "telefone")
    return [(codigo, nome, fone) for codigo, nome, fone in linhas]


@pytest.mark.parametrize(
    ("primeiro", "segundo", "contatos"),
    [
        # The same phone without a code is the same contato, under its newest name.
        ({"nome": "Ana"}, {"nome": "Ana Lima"}, [("", "Ana Lima", "+5511987654321")]),
        # The first code that comes is taken over.
        ({"nome": "Ana"}, {"nome": "Ana", "codigo_cliente": "1-1"}, [("1-1", "Ana", "+5511987654321")]),
        # A code already known is found by phone as well.
        ({"nome": "Ana", "codigo_cliente": "1-1"}, {"nome": "Ana B"}, [("1-1", "Ana B", "+5511987654321")]),
        # One customer, another phone: the contato follows.
        (
            {"nome": "Ana", "codigo_cliente": "1-1"},
            {"nome": "Ana", "codigo_cliente": "1-1", "telefone": OUTRO},
            [("1-1", "Ana", "+5511912345678")],
        ),
        # One phone, two customers (a family, an office): two contatos.
        (
            {"nome": "Ana", "codigo_cliente": "1-1"},
            {"nome": "Bia", "codigo_cliente": "1-2"},
            [("1-1", "Ana", "+5511987654321"), ("1-2", "Bia", "+5511987654321")],
        ),
    ],
)
@pytest.mark.parametrize("em_lote", [False, True])
def test_a_contato_is_found_updated_or_made(
    empresa: Empresa, primeiro: dict[str, Any], segundo: dict[str, Any], contatos: Any, em_lote: bool
) -> None:
    itens = [dados(n, **{"telefone": FONE, **campos}) for n, campos in enumerate((primeiro, segundo), 1)]
    with escopo(empresa):
        if em_lote:
            lote = ciclos_criar_lote(empresa=empresa, ator=ATOR, itens=itens)
            assert lote.total("criado") == 2
        else:
            for numero, campos in enumerate((primeiro, segundo), 1):
                novo_ciclo(empresa, numero, **{"telefone": FONE, **campos})
    assert _contatos() == contatos
    assert Ciclo.objects.values("contato").distinct().count() == len(contatos)


def test_pending_messages_follow_the_contato_and_sent_ones_keep_what_they_said(
    empresa: Empresa, simulado: Simulado
) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        novo_ciclo(empresa, 1, telefone=FONE, nome="Ana", codigo_cliente="1-1")
    rodada_da_empresa(empresa=empresa)
    with escopo(empresa):
        novo_ciclo(empresa, 2, telefone=OUTRO, nome="Ana Lima", codigo_cliente="1-1")
    rodada_da_empresa(empresa=empresa)
    antes, depois = Mensagem.objects.filter(status="sent").order_by("enviada_em")
    assert (antes.numero, depois.numero) == ("+5511987654321", "+5511912345678")
    assert "Ana Lima" not in antes.texto
    assert "Ana Lima" in depois.texto


def test_the_number_that_whatsapp_really_used_is_stored(empresa: Empresa, simulado: Simulado) -> None:
    """South of DDD 31 WhatsApp drops the ninth digit."""
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        novo_ciclo(empresa, telefone="51987654321")
    rodada_da_empresa(empresa=empresa)
    mensagem = Mensagem.objects.get(status="sent")
    assert (mensagem.numero, mensagem.numero_usado) == ("+5551987654321", "555187654321@s.whatsapp.net")
    contato = Contato.objects.get()
    assert (contato.telefone, contato.whatsapp) == ("+5551987654321", "555187654321")


@pytest.mark.parametrize(
    ("documento", "regua"),
    [("52998224725", "Pessoas"), ("11222333000181", "Empresas"), (None, "Padrão")],
)
def test_each_kind_of_customer_has_its_own_regua(empresa: Empresa, documento: str | None, regua: str) -> None:
    with escopo(empresa):
        for nome, tipo, dias in (("Pessoas", "pf", 1), ("Empresas", "pj", 2)):
            regua_salvar(
                empresa=empresa,
                ator=ATOR,
                nome=nome,
                tipo_cliente=tipo,
                padrao=True,
                passos=[PassoPedido(dias)],
            )
        cliente = cliente_criar(
            empresa=empresa, ator=ATOR, nome="Ana", municipio_ibge=3550308, cpf_cnpj=documento
        )
        ciclo = novo_ciclo(empresa, codigo_cliente=cliente.codigo_cliente)
        pedida = novo_ciclo(empresa, 2, codigo_cliente=cliente.codigo_cliente, regua="padrão")
    assert (ciclo.regua.nome, pedida.regua.nome) == (regua, "Padrão")


def test_a_regua_that_is_switched_off_can_neither_be_asked_for_nor_be_the_default(empresa: Empresa) -> None:
    with escopo(empresa):
        outra, _ = regua_salvar(empresa=empresa, ator=ATOR, nome="Curta", passos=[PassoPedido(0)])
        assert novo_ciclo(empresa, 1, regua=outra.pk).regua == outra
        regua_salvar(
            empresa=empresa, ator=ATOR, nome="Curta", passos=[PassoPedido(0)], ativa=False, regua=outra
        )
        for pedida in ("Curta", outra.pk, "nenhuma"):
            with pytest.raises(ErroDeValidacao) as erro:
                novo_ciclo(empresa, 2, regua=pedida)
            assert (erro.value.code, erro.value.field) == ("regua_desconhecida", "regua")
        assert Regua.objects.get(padrao=True).nome == "Padrão"
