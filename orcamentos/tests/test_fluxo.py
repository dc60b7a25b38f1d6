"""A quote's way through its states."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction

from estoque.models import CarteiraPrincipal
from estoque.tests.factories import ProdutoFactory
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.errors import Conflito, ErroDeValidacao, NaoEncontrado
from nucleo.escopo import escopo
from nucleo.models import Empresa, RegistroAuditoria
from nucleo.selectors import historico_de
from orcamentos import services
from orcamentos.models import Orcamento, RevisaoOrcamento, Status
from orcamentos.selectors import revisoes_com_diferencas
from orcamentos.services.transicoes import TRANSICOES
from orcamentos.signals import orcamento_aprovado
from orcamentos.tests.factories import EnviadoFactory, OrcamentoFactory, item

pytestmark = pytest.mark.django_db
AGORA = datetime(2026, 6, 15, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _em_meados_do_ano(time_machine) -> None:
    time_machine.move_to(AGORA)


def agir(nome: str, orcamento: Orcamento, ator: Ator, **kwargs) -> Orcamento:
    return getattr(services, f"orcamento_{nome}")(
        empresa=orcamento.empresa,
        ator=ator,
        orcamento_id=orcamento.pk,
        versao=kwargs.pop("versao", orcamento.versao),
        **kwargs,
    )


def test_a_quote_goes_from_draft_over_sent_to_approved(no_escopo: Empresa, ator: Ator) -> None:
    orcamento = OrcamentoFactory(empresa=no_escopo)
    assert (orcamento.status, orcamento.versao) == (Status.RASCUNHO, 1)
    orcamento = agir("enviar", orcamento, ator)
    orcamento = agir("aprovar", orcamento, ator)
    orcamento.refresh_from_db()
    assert (orcamento.status, orcamento.versao) == (Status.APROVADO, 3)
    assert list(
        historico_de(empresa=no_escopo, objeto=orcamento).values_list("acao", "de", "para", "ator")
    ) == [
        ("orcamento_aprovado", "enviado", "aprovado", "teste"),
        ("orcamento_enviado", "rascunho", "enviado", "teste"),
        ("orcamento_criado", "", orcamento.budget_number, "teste"),
    ]


def test_approval_puts_each_product_once_into_the_carteira_and_announces_it(
    no_escopo: Empresa, ator: Ator
) -> None:
    pistao, anel = ProdutoFactory(empresa=no_escopo), ProdutoFactory(empresa=no_escopo)
    itens = [
        item("2", produto=anel),
        item("4", produto=pistao),
        item("0.500", produto=anel),
        item(descricao="Mão de obra"),
    ]
    orcamento = EnviadoFactory(empresa=no_escopo, itens=itens)
    ouvidos = []

    def ouvir(sender, orcamento, ator, **_):
        ouvidos.append((orcamento.pk, ator.nome, CarteiraPrincipal.objects.count()))

    orcamento_aprovado.connect(ouvir)
    try:
        agir("aprovar", orcamento, ator)
    finally:
        orcamento_aprovado.disconnect(ouvir)
    dia = hoje(no_escopo.fuso)
    linhas = CarteiraPrincipal.objects.order_by("produto_id").values_list(
        "num_pedido", "produto_id", "quantidade", "data_entrega"
    )
    assert list(linhas) == [
        (orcamento.budget_number, pistao.pk, Decimal(4), dia),
        (orcamento.budget_number, anel.pk, Decimal("2.500"), dia),
    ]
    assert ouvidos == [(orcamento.pk, "teste", 2)]


def test_a_receiver_that_fails_undoes_the_approval_and_the_carteira(no_escopo: Empresa, ator: Ator) -> None:
    orcamento = EnviadoFactory(empresa=no_escopo, itens=[item(produto=ProdutoFactory(empresa=no_escopo))])

    def falhar(**_):
        raise ZeroDivisionError

    orcamento_aprovado.connect(falhar)
    try:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            agir("aprovar", orcamento, ator)
    finally:
        orcamento_aprovado.disconnect(falhar)
    orcamento.refresh_from_db()
    assert (orcamento.status, orcamento.versao) == (Status.ENVIADO, 2)
    assert not CarteiraPrincipal.objects.exists()


def test_the_delivery_date_may_be_given_but_not_in_the_past(no_escopo: Empresa, ator: Ator) -> None:
    orcamento = EnviadoFactory(empresa=no_escopo, itens=[item(produto=ProdutoFactory(empresa=no_escopo))])
    dia = hoje(no_escopo.fuso)
    for errado in (dia - timedelta(days=1), dia + timedelta(days=5000)):
        with pytest.raises(ErroDeValidacao) as erro:
            agir("aprovar", orcamento, ator, data_entrega=errado)
        assert (erro.value.code, erro.value.field) == ("data_fora_do_intervalo", "data_entrega")
    agir("aprovar", orcamento, ator, data_entrega=dia + timedelta(days=10))
    assert CarteiraPrincipal.objects.get().data_entrega == dia + timedelta(days=10)


def test_approving_a_second_time_says_that_it_is_approved_and_adds_nothing(
    no_escopo: Empresa, ator: Ator
) -> None:
    orcamento = EnviadoFactory(empresa=no_escopo, itens=[item(produto=ProdutoFactory(empresa=no_escopo))])
    agir("aprovar", orcamento, ator)
    with pytest.raises(Conflito) as erro:
        agir("aprovar", orcamento, ator)
    assert erro.value.code == "estado_invalido"
    assert (
        erro.value.detail == f"O orçamento {orcamento.budget_number} está aprovado e não pode ser aprovado."
    )
    assert CarteiraPrincipal.objects.count() == 1


@pytest.mark.parametrize("nome", ["enviar", "aprovar", "recusar", "cancelar", "revisar"])
@pytest.mark.parametrize("status", Status.values)
def test_only_the_transitions_of_the_table_are_possible(
    no_escopo: Empresa, ator: Ator, nome: str, status: str
) -> None:
    orcamento = OrcamentoFactory(empresa=no_escopo)
    Orcamento.objects.filter(pk=orcamento.pk).update(status=status)
    transicao = TRANSICOES[nome]
    if status in transicao.de:
        assert agir(nome, orcamento, ator).status == transicao.para
        return
    antes = RegistroAuditoria.objects.count()
    with pytest.raises(Conflito) as erro:
        agir(nome, orcamento, ator)
    assert erro.value.code == "estado_invalido"
    orcamento.refresh_from_db()
    assert (orcamento.status, orcamento.versao) == (status, 1)
    assert RegistroAuditoria.objects.count() == antes


def test_a_stale_version_is_refused_and_changes_nothing(no_escopo: Empresa, ator: Ator) -> None:
    orcamento = OrcamentoFactory(empresa=no_escopo)
    agir("alterar", orcamento, ator, observacoes="nova")
    for nome in ("alterar", "enviar", "cancelar"):
        with pytest.raises(Conflito) as erro:
            agir(nome, orcamento, ator, versao=1)
        assert (erro.value.code, erro.value.extra["versao_atual"]) == ("versao_desatualizada", 2)
    orcamento.refresh_from_db()
    assert (orcamento.observacoes, orcamento.status) == ("nova", Status.RASCUNHO)


def test_a_quote_of_another_empresa_is_not_found(
    empresa: Empresa, outra_empresa: Empresa, ator: Ator
) -> None:
    with escopo(outra_empresa):
        alheio = EnviadoFactory(empresa=outra_empresa)
    with escopo(empresa), pytest.raises(NaoEncontrado):
        services.orcamento_aprovar(empresa=empresa, ator=ator, orcamento_id=alheio.pk, versao=alheio.versao)
    with escopo(outra_empresa):
        alheio.refresh_from_db()
        assert alheio.status == Status.ENVIADO


def test_a_revision_keeps_the_number_and_shows_what_changed(no_escopo: Empresa, ator: Ator) -> None:
    itens = [item("2", "50.00", descricao="Pistão"), item("1", "30.00", descricao="Junta")]
    orcamento = EnviadoFactory(empresa=no_escopo, itens=itens, condicoes_pagamento="À vista")
    orcamento = agir("revisar", orcamento, ator)
    assert (orcamento.status, orcamento.revisao) == (Status.RASCUNHO, 2)
    assert str(orcamento) == f"{orcamento.budget_number} R2"
    novos = [item("3", "45.00", descricao="Pistão"), item("1", "12.50", descricao="Anel")]
    orcamento = agir("alterar", orcamento, ator, itens=novos, condicoes_pagamento="30 dias")
    orcamento = agir("enviar", orcamento, ator)
    (segunda, mudancas), (primeira, nenhuma) = revisoes_com_diferencas(orcamento)
    assert (segunda.revisao, primeira.revisao, nenhuma) == (2, 1, [])
    assert [str(m) for m in mudancas] == [
        "Condições de pagamento: À vista → 30 dias",
        "Total: R$ 130,00 → R$ 147,50",
        "Pistão: quantidade: 2 → 3",
        "Pistão: preço unitário: R$ 50,00 → R$ 45,00",
        "Pistão: total: R$ 100,00 → R$ 135,00",
        "Item: retirado Junta (1 × R$ 30,00)",
        "Item: incluído Anel (1 × R$ 12,50)",
    ]
    assert primeira.conteudo["total"] == "130.00"


def test_a_sent_quote_cannot_be_edited(no_escopo: Empresa, ator: Ator) -> None:
    orcamento = EnviadoFactory(empresa=no_escopo)
    with pytest.raises(Conflito) as erro:
        agir("alterar", orcamento, ator, itens=[item("9")])
    assert erro.value.code == "estado_invalido"
    assert orcamento.itens.get().quantidade == 1


def test_what_was_sent_cannot_be_rewritten_even_by_sql(no_escopo: Empresa) -> None:
    EnviadoFactory(empresa=no_escopo)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        RevisaoOrcamento.objects.update(total=1)


def test_a_draft_keeps_its_year_when_its_date_changes(no_escopo: Empresa, ator: Ator) -> None:
    orcamento = OrcamentoFactory(empresa=no_escopo, data=date(hoje(no_escopo.fuso).year, 6, 1))
    with pytest.raises(ErroDeValidacao) as erro:
        agir("alterar", orcamento, ator, data=date(orcamento.ano - 1, 12, 31))
    assert (erro.value.code, erro.value.field) == ("data_fora_do_intervalo", "data")
    mudado = agir("alterar", orcamento, ator, data=date(orcamento.ano, 6, 2))
    assert (mudado.data, mudado.budget_number) == (date(orcamento.ano, 6, 2), orcamento.budget_number)


class TestValidade:
    def test_quotes_past_their_validity_expire_and_the_others_stay(
        self, no_escopo: Empresa, ator: Ator
    ) -> None:
        dia = hoje(no_escopo.fuso)
        vencido, de_hoje, rascunho = (
            EnviadoFactory(empresa=no_escopo),
            EnviadoFactory(empresa=no_escopo, validade=dia),
            OrcamentoFactory(empresa=no_escopo),
        )
        antigos = Orcamento.objects.filter(pk__in=[vencido.pk, rascunho.pk])
        antigos.update(validade=dia - timedelta(days=9), data=dia - timedelta(days=20))
        assert services.orcamentos_expirar(empresa=no_escopo) == 1
        assert services.orcamentos_expirar(empresa=no_escopo) == 0
        estados = Orcamento.objects.in_bulk()
        assert [estados[o.pk].status for o in (vencido, de_hoje, rascunho)] == [
            Status.EXPIRADO,
            Status.ENVIADO,
            Status.RASCUNHO,
        ]
        assert historico_de(empresa=no_escopo, objeto=vencido).first().acao == "orcamento_expirado"

    def test_days_of_standing_still_are_caught_up(self, no_escopo: Empresa) -> None:
        dia = hoje(no_escopo.fuso)
        for dias in (1, 5, 12):
            EnviadoFactory(empresa=no_escopo, validade=dia + timedelta(days=dias))
        assert services.orcamentos_expirar(empresa=no_escopo, dia=dia + timedelta(days=12)) == 2
        assert services.orcamentos_expirar(empresa=no_escopo, dia=dia + timedelta(days=13)) == 1

    def test_an_ended_quote_is_not_approved_even_before_the_daily_task_ran(
        self, no_escopo: Empresa, ator: Ator, time_machine
    ) -> None:
        orcamento = EnviadoFactory(empresa=no_escopo)
        time_machine.move_to(AGORA + timedelta(days=16))
        with pytest.raises(Conflito) as erro:
            agir("aprovar", orcamento, ator)
        assert erro.value.code == "orcamento_vencido"
        assert f"terminou em {orcamento.validade:%d/%m/%Y}" in erro.value.detail

    def test_revising_an_expired_quote_gives_it_as_many_days_again(
        self, no_escopo: Empresa, ator: Ator, time_machine
    ) -> None:
        dia = hoje(no_escopo.fuso)
        orcamento = EnviadoFactory(empresa=no_escopo, data=dia, validade=dia + timedelta(days=10))
        time_machine.move_to(AGORA + timedelta(days=30))
        services.orcamentos_expirar(empresa=no_escopo)
        orcamento.refresh_from_db()
        orcamento = agir("revisar", orcamento, ator)
        orcamento.refresh_from_db()
        assert orcamento.validade == dia + timedelta(days=40)
        assert (orcamento.data, orcamento.revisao) == (dia, 2)
