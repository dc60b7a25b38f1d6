from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobranca.models import Horario, Mensagem, Passo, Regua, Template, Variacao
from cobranca.selectors.previsao import previsao
from cobranca.services import ciclo_prometer
from cobranca.services.configuracao import configuracao_da, modo_mudar
from cobranca.services.expediente import Expediente, expediente_da
from cobranca.services.mudanca_de_regua import PassoPedido, regua_salvar
from cobranca.services.planejamento import planejar
from cobranca.services.rodadas import rodada_da_empresa
from cobranca.services.templates import template_salvar, texto_validado
from cobranca.tests.conftest import Simulado
from cobranca.tests.factories import ATOR, nova_instancia, novo_ciclo
from nucleo.datas import hoje
from nucleo.errors import Conflito, ErroDeNegocio, ErroDeValidacao
from nucleo.escopo import escopo
from nucleo.models import Empresa

SP = Expediente(fuso=ZoneInfo("America/Sao_Paulo"))
_SEMANA = {d: ((time(9), time(12)), (time(13), time(18))) for d in range(5)}
COMERCIAL = Expediente(fuso=SP.fuso, uf="SP", horarios=_SEMANA, feriados=frozenset({date(2026, 11, 24)}))


@pytest.mark.parametrize(
    "texto",
    [
        "Olá {nome.__class__}",
        "Olá {0}",
        "Olá {}",
        "Olá {{nome}}",
        "Olá {nome",
        "Olá nome}",
        "Olá {nome!r}",
        "Olá {nome:>999999999}",
        "Olá {cliente}",
        "{ nome }",
        "{no{nome}me}",
        "",
        "x" * 3001,
        "Olá\x00 {nome}",
    ],
)
def test_unknown_nested_or_malicious_braces_are_refused(texto: str) -> None:
    with pytest.raises(ErroDeValidacao) as erro:
        texto_validado(texto)
    assert erro.value.code == "template_invalido"


@pytest.mark.django_db
def test_what_a_name_contains_is_never_read_as_a_variable(empresa: Empresa, simulado: Simulado) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        novo_ciclo(empresa, nome="{valor} R$ 1,00 {referencia} 01/01/2020")
    rodada_da_empresa(empresa=empresa)
    [texto] = simulado.textos()
    assert "{valor} R$ 1,00 {referencia} 01/01/2020" in texto


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("texto", "motivo"),
    [
        ("Olá {nome}, pague R$ 99,00", "O texto diz R$ 99,00, o ciclo é de R$ 150,00."),
        ("Olá {nome}, vence 01/02/2020", "O texto diz 01/02/2020"),
        ("Olá {nome}, vence 2020-02-01", "O texto diz 01/02/2020"),
    ],
)
def test_a_text_that_differs_from_the_ledger_is_held_not_sent(
    empresa: Empresa, simulado: Simulado, texto: str, motivo: str
) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        novo_ciclo(empresa)
        template = Template.objects.get(nome="Cobrança em atraso")
        template_salvar(empresa=empresa, ator=ATOR, template=template, nome=template.nome, textos=[texto])
    assert rodada_da_empresa(empresa=empresa).enviadas == 0
    mensagem = Mensagem.objects.get(status="held")
    assert mensagem.erro.startswith(motivo)
    assert simulado.enviadas() == []


@pytest.mark.django_db
def test_variations_take_turns_and_pix_is_in_the_text_when_the_empresa_has_a_key(
    empresa: Empresa, simulado: Simulado
) -> None:
    Empresa.objects.filter(pk=empresa.pk).update(chave_pix="financeiro@alfa.com.br", cidade="São Paulo")
    empresa.refresh_from_db()
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        for numero in range(4):
            novo_ciclo(empresa, numero)
    assert rodada_da_empresa(empresa=empresa).enviadas == 4
    assert len(set(Mensagem.objects.filter(status="sent").values_list("variacao", flat=True))) == 2
    assert all("br.gov.bcb.pix" in texto and "5406150.00" in texto for texto in simulado.textos())


@pytest.mark.django_db
def test_the_generic_template_cannot_be_switched_off(empresa: Empresa) -> None:
    with escopo(empresa):
        generico = Template.objects.get(generico=True)
        for pedido in ({"textos": ["Olá {nome}"], "ativo": False}, {"textos": []}):
            with pytest.raises(ErroDeNegocio):
                template_salvar(empresa=empresa, ator=ATOR, template=generico, nome="Genérico", **pedido)
        assert Variacao.objects.filter(template=generico, ativa=True).count() == 1


@pytest.mark.django_db
def test_changing_a_regua_replans_what_has_not_left_and_says_so(empresa: Empresa) -> None:
    with escopo(empresa):
        ciclo = novo_ciclo(empresa, vencimento=hoje(empresa.fuso) + timedelta(days=10))
        regua = Regua.objects.get(padrao=True)
        _, efeito = regua_salvar(
            empresa=empresa,
            ator=ATOR,
            regua=regua,
            nome="Padrão",
            padrao=True,
            passos=[PassoPedido(-1), PassoPedido(0), PassoPedido(15)],
        )
        assert (efeito.ciclos, efeito.canceladas, efeito.criadas) == (1, 4, 3)
        abertas = ciclo.mensagens.filter(status="pending").order_by("passo")
        assert list(abertas.values_list("passo", flat=True)) == [-1, 0, 15]
        with pytest.raises(Conflito):
            regua_salvar(
                empresa=empresa, ator=ATOR, regua=regua, nome="Padrão", padrao=False, passos=[PassoPedido(0)]
            )
        with pytest.raises(ErroDeValidacao):
            regua_salvar(empresa=empresa, ator=ATOR, nome="X", passos=[PassoPedido(0), PassoPedido(0)])


@pytest.mark.django_db
def test_the_preview_says_what_leaves_to_whom_and_why(empresa: Empresa) -> None:
    with escopo(empresa):
        novo_ciclo(empresa, vencimento=hoje(empresa.fuso) + timedelta(days=26))
        linhas = previsao(empresa=empresa)
        assert [linha.porque.split(" venc")[0] for linha in linhas] == [
            "3 dias antes do",
            "no dia do",
            "3 dias depois do",
        ]
        assert {(linha.nome, linha.ciclo) for linha in linhas} == {("Cliente 1", "FAT-000001")}


@pytest.mark.django_db
def test_the_preview_shows_of_the_steps_that_wait_for_one_day_only_the_one_that_leaves(
    empresa: Empresa,
) -> None:
    hoje_ = hoje(empresa.fuso)
    with escopo(empresa):
        novo_ciclo(empresa, vencimento=hoje_ + timedelta(days=1))
        ate = hoje_ + timedelta(days=4)
        ciclo_prometer(empresa=empresa, ator=ATOR, external_billing_id="FAT-000001", pagar_ate=ate)
        linhas = [(linha.dia - hoje_, linha.porque.split(" venc")[0]) for linha in previsao(empresa=empresa)]
    assert linhas == [
        (timedelta(days=5), "3 dias depois do"),
        (timedelta(days=8), "7 dias depois do"),
    ]


@pytest.mark.django_db
def test_a_promise_pauses_to_its_day_and_resumes_by_itself(empresa: Empresa, simulado: Simulado) -> None:
    dia = hoje(empresa.fuso) + timedelta(days=5)
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        ciclo = novo_ciclo(empresa, vencimento=hoje(empresa.fuso))
        ciclo_prometer(empresa=empresa, ator=ATOR, external_billing_id="FAT-000001", pagar_ate=dia)
        volta = expediente_da(empresa, configuracao_da(empresa)).inicio(dia + timedelta(days=1))
        momentos = dict(ciclo.mensagens.filter(status="pending").values_list("passo", "agendada_para"))
        assert momentos[0] == momentos[3] == volta
        assert momentos[7] > volta
    assert rodada_da_empresa(empresa=empresa).enviadas == 0
    Mensagem.objects.filter(passo__in=(0, 3), status="pending").update(agendada_para=datetime.now(UTC))
    type(ciclo).objects.update(pausado_ate=None)
    assert rodada_da_empresa(empresa=empresa).enviadas == 1
    assert Mensagem.objects.get(status="sent").passo == 3
    assert Mensagem.objects.get(passo=0).status == "superseded"


@pytest.mark.django_db
def test_rehearsal_shows_what_would_leave_and_off_sends_nothing(empresa: Empresa, simulado: Simulado) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        novo_ciclo(empresa)
        modo_mudar(empresa=empresa, ator=ATOR, modo="ensaio")
    assert rodada_da_empresa(empresa=empresa).ensaiadas == 1
    assert rodada_da_empresa(empresa=empresa).ensaiadas == 0
    mensagem = Mensagem.objects.get(status="pending")
    assert "R$ 150,00" in mensagem.texto
    with escopo(empresa):
        modo_mudar(empresa=empresa, ator=ATOR, modo="off")
    assert rodada_da_empresa(empresa=empresa).motivo == "envio desligado"
    assert simulado.enviadas() == []
    with escopo(empresa):
        modo_mudar(empresa=empresa, ator=ATOR, modo="on")
    assert rodada_da_empresa(empresa=empresa).enviadas == 1


@pytest.mark.django_db
def test_rehearsal_shows_of_the_steps_due_together_only_the_one_that_would_leave(empresa: Empresa) -> None:
    with escopo(empresa):
        ciclo = novo_ciclo(empresa, vencimento=hoje(empresa.fuso) - timedelta(days=3))
        # Three days in rehearsal: the steps of each day wait together.
        ciclo.mensagens.exclude(passo=7).update(status="pending")
        modo_mudar(empresa=empresa, ator=ATOR, modo="ensaio")
    assert rodada_da_empresa(empresa=empresa).ensaiadas == 1
    ensaiadas = Mensagem.objects.exclude(ensaiada_em=None)
    assert list(ensaiadas.values_list("passo", "status")) == [(3, "pending")]


@pytest.mark.django_db
def test_outside_business_hours_nothing_leaves(empresa: Empresa, simulado: Simulado) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        novo_ciclo(empresa)
        amanha = (datetime.now(SP.fuso) + timedelta(days=1)).weekday()
        Horario.objects.create(empresa=empresa, dia=amanha, abre=time(9), fecha=time(10))
    assert rodada_da_empresa(empresa=empresa).motivo == "fora do horário de envio"
    assert simulado.enviadas() == []


@pytest.mark.parametrize(
    ("quando", "abre"),
    [
        ("2026-11-23T08:00", "2026-11-23T09:00"),
        ("2026-11-23T12:30", "2026-11-23T13:00"),
        ("2026-11-23T18:00", "2026-11-25T09:00"),  # the 24th is the empresa's own day off
        ("2026-07-08T19:00", "2026-07-10T09:00"),  # the 9th is a holiday of the state
        ("2026-12-24T19:00", "2026-12-28T09:00"),  # Christmas, then the weekend
        ("2026-11-23T10:15", "2026-11-23T10:15"),
    ],
)
def test_a_moment_moves_to_the_next_open_minute(quando: str, abre: str) -> None:
    momento = datetime.fromisoformat(quando).replace(tzinfo=SP.fuso)
    assert COMERCIAL.proximo(momento) == datetime.fromisoformat(abre).replace(tzinfo=SP.fuso)


@settings(max_examples=80, deadline=None)
@given(
    dias=st.sets(st.integers(-40, 40), min_size=1, max_size=8),
    atraso=st.integers(-60, 60),
    hora=st.integers(0, 23),
    comercial=st.booleans(),
)
def test_a_plan_never_has_two_messages_on_one_day_and_none_in_the_past(
    dias: set[int], atraso: int, hora: int, comercial: bool
) -> None:
    expediente = COMERCIAL if comercial else SP
    agora = datetime(2026, 11, 20, hora, 30, tzinfo=UTC)
    vencimento = agora.date() + timedelta(days=atraso)
    plano = planejar(
        passos=[Passo(dias=d) for d in dias], vencimento=vencimento, agora=agora, expediente=expediente
    )
    assert [p.passo.dias for p in plano] == sorted(dias)
    vivas = [p for p in plano if not p.superada]
    dias_vivos = [expediente.dia(p.quando) for p in vivas]
    assert len(set(dias_vivos)) == len(dias_vivos) >= 1
    assert all(p.quando >= agora and expediente.aberto(p.quando) for p in plano)
    assert vivas[-1].passo.dias == max(dias)


def test_decimal_is_what_the_text_is_compared_with() -> None:
    from cobranca.services.redacao import _decimal

    assert _decimal("1.234,56") == Decimal("1234.56")
    assert _decimal("1234,5") == Decimal("1234.5")
    assert _decimal("10.00") == Decimal("10.00")
    assert _decimal("1,2,3") is None
