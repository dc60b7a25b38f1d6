"""The office's billing pages, as a person with a perfil sees and uses them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cobranca.demo import cobranca_demo
from cobranca.gateway import Cliente
from cobranca.models import (
    Ciclo,
    ConfiguracaoCobranca,
    Horario,
    Instancia,
    Mensagem,
    Regua,
    Template,
    Tentativa,
)
from cobranca.services import ciclos_criar_lote
from cobranca.services.referencias import referencia_de
from cobranca.tests.conftest import Simulado
from cobranca.tests.factories import ATOR
from nucleo.escopo import escopo
from nucleo.models import Empresa, Perfil, RegistroAuditoria
from nucleo.tests.factories import UsuarioFactory, VinculoFactory

pytestmark = pytest.mark.django_db
MODELOS = (
    "ciclo", "contato", "mensagem", "eventorecebido", "instancia", "regua", "template",
    "configuracaocobranca", "horario", "feriado",
)  # fmt: skip


def _campos(html: str) -> dict[str, str]:
    from html.parser import HTMLParser

    class Leitor(HTMLParser):
        achados: dict[str, str] = {}

        def handle_starttag(self, tag: str, attrs: Any) -> None:
            atributos = dict(attrs)
            if tag == "input" and atributos.get("name") in ("csrfmiddlewaretoken", "_contexto"):
                self.achados[atributos["name"]] = atributos.get("value", "")

    leitor = Leitor()
    leitor.achados = {}
    leitor.feed(html)
    return leitor.achados


class Escritorio:
    """A person of the empresa at the browser."""

    def __init__(self, empresa: Empresa, perfil: str) -> None:
        usuario = UsuarioFactory(username=f"pessoa-{perfil}")
        papel = Perfil.objects.get(empresa=empresa, nome=perfil)
        VinculoFactory(usuario=usuario, perfil=papel)
        self.cliente = Client(enforce_csrf_checks=True)
        dados = {"username": usuario.username, "password": "senha-de-teste-1"}
        self.cliente.post("/admin/login/", {**dados, **_campos(self.ver("/admin/login/"))})

    def ver(self, url: str) -> str:
        resposta = self.cliente.get(url, follow=True)
        assert resposta.status_code == 200, (url, resposta.status_code)
        return resposta.content.decode()

    def postar(self, url: str, dados: dict[str, Any], pagina: str) -> str:
        resposta = self.cliente.post(url, {**dados, **_campos(self.ver(pagina))}, follow=True)
        assert resposta.status_code == 200, (url, resposta.status_code)
        return resposta.content.decode()


@pytest.fixture
def escritorio(empresa: Empresa) -> Escritorio:
    with escopo(empresa):
        cobranca_demo(empresa=empresa, ator=ATOR, hoje=date.today(), simulador_url="http://127.0.0.1:1")
    return Escritorio(empresa, "cobrança")


def test_every_list_and_every_row_opens(escritorio: Escritorio, empresa: Empresa) -> None:
    for modelo in MODELOS:
        escritorio.ver(f"/admin/cobranca/{modelo}/")
    for classe in (Ciclo, Mensagem, Instancia, Regua, Template):
        with escopo(empresa):
            pk = classe.objects.order_by("pk").values_list("pk", flat=True).first()
        escritorio.ver(f"/admin/cobranca/{classe._meta.model_name}/{pk}/change/")


def test_a_held_message_is_decided_by_its_buttons(escritorio: Escritorio) -> None:
    segura = Mensagem.objects.get(status="held")
    pagina = f"/admin/cobranca/mensagem/{segura.pk}/change/"
    assert "Enviar de novo" in escritorio.ver(pagina)
    html = escritorio.postar(f"/admin/cobranca/mensagem/{segura.pk}/acao/foi_enviada/", {}, pagina)
    assert "A mensagem consta como enviada." in html
    assert "Enviar de novo" not in html
    segura.refresh_from_db()
    assert segura.status == "sent"


def test_a_ciclo_is_paid_by_its_button(escritorio: Escritorio) -> None:
    ciclo = Ciclo.objects.filter(status="ativo").first()
    pagina = f"/admin/cobranca/ciclo/{ciclo.pk}/change/"
    html = escritorio.postar(f"/admin/cobranca/ciclo/{ciclo.pk}/acao/pagar/", {}, pagina)
    assert "Pagamento registrado" in html
    ciclo.refresh_from_db()
    assert ciclo.status == "pago"


def test_a_promise_of_payment_is_noted_on_the_ciclos_page(escritorio: Escritorio) -> None:
    ciclo = Ciclo.objects.filter(status="ativo", pausado_ate=None).first()
    pagina = f"/admin/cobranca/ciclo/{ciclo.pk}/change/"
    acao = f"/admin/cobranca/ciclo/{ciclo.pk}/acao/prometer/"
    assert 'name="pagar_ate"' in escritorio.ver(pagina)
    assert "Informe a data." in escritorio.postar(acao, {"pagar_ate": ""}, pagina)
    ciclo.refresh_from_db()
    assert ciclo.pausado_ate is None
    ate = date.today() + timedelta(days=5)
    html = escritorio.postar(acao, {"pagar_ate": ate.isoformat()}, pagina)
    assert f"nada sai até {ate:%d/%m/%Y}" in html
    ciclo.refresh_from_db()
    assert ciclo.pausado_ate == ate


def test_a_held_message_can_be_looked_up_before_it_is_decided(
    escritorio: Escritorio, simulado: Simulado
) -> None:
    segura = Mensagem.objects.get(status="held")
    pagina = f"/admin/cobranca/mensagem/{segura.pk}/change/"
    acao = f"/admin/cobranca/mensagem/{segura.pk}/acao/conferir/"
    assert "Não foi possível conectar ao gateway." in escritorio.postar(acao, {}, pagina)
    Instancia.objects.update(url=simulado.url)
    assert "isso não prova que ela não saiu" in escritorio.postar(acao, {}, pagina)
    segura.refresh_from_db()
    assert segura.status == "held"
    agora = datetime.now(UTC)
    Mensagem.objects.filter(pk=segura.pk).update(reclamada_em=agora)
    Tentativa.objects.filter(mensagem=segura).update(iniciada_em=agora)
    with Cliente(url=simulado.url, instancia=segura.instancia.nome, chave="chave-demo-alfa") as cliente:
        cliente.enviar_texto(numero=segura.numero, texto=f"Olá\nRef. {referencia_de(segura.pk)}")
    assert "Achada no gateway: a mensagem tinha saído." in escritorio.postar(acao, {}, pagina)
    segura.refresh_from_db()
    assert (segura.status, segura.provider_id) == ("sent", simulado.enviadas()[0]["id"])


def test_the_buttons_need_a_post_and_the_permission(escritorio: Escritorio, empresa: Empresa) -> None:
    ciclo = Ciclo.objects.filter(status="ativo").first()
    url = f"/admin/cobranca/ciclo/{ciclo.pk}/acao/pagar/"
    assert escritorio.cliente.get(url).status_code == 405
    vendas = Escritorio(empresa, "vendas")
    resposta = vendas.cliente.post(url, _campos(vendas.ver("/admin/")))
    assert resposta.status_code == 403
    ciclo.refresh_from_db()
    assert ciclo.status == "ativo"


def test_a_regua_shows_what_leaves_and_says_what_a_change_did(escritorio: Escritorio) -> None:
    regua = Regua.objects.get(padrao=True)
    pagina = f"/admin/cobranca/regua/{regua.pk}/change/"
    assert "O que sai nos próximos 30 dias" in escritorio.ver(pagina)
    passos = list(regua.passos.all())
    dados: dict[str, Any] = {
        "nome": "Padrão", "tipo_cliente": "", "padrao": "on", "ativa": "on", "replanejar": "on",
        "passos-TOTAL_FORMS": len(passos) + 1, "passos-INITIAL_FORMS": len(passos),
        "passos-MIN_NUM_FORMS": 0, "passos-MAX_NUM_FORMS": 1000,
    }  # fmt: skip
    for i, passo in enumerate(passos):
        dados |= {f"passos-{i}-id": passo.pk, f"passos-{i}-regua": regua.pk, f"passos-{i}-dias": passo.dias}
    dados |= {"passos-4-id": "", "passos-4-regua": regua.pk, "passos-4-dias": 20}
    html = escritorio.postar(pagina, dados, pagina)
    assert "em andamento replanejados" in html
    assert sorted(regua.passos.values_list("dias", flat=True)) == [-3, 0, 3, 7, 20]


def test_a_template_shows_samples_and_refuses_bad_braces(escritorio: Escritorio) -> None:
    template = Template.objects.get(nome="Dia do vencimento")
    pagina = f"/admin/cobranca/template/{template.pk}/change/"
    assert "Maria da Silva" in escritorio.ver(pagina)
    assert "Variável desconhecida {preco}" in escritorio.ver(f"{pagina}?testar=%7Bpreco%7D")
    variacoes = list(template.variacoes.all())
    dados: dict[str, Any] = {
        "nome": template.nome, "ativo": "on",
        "variacoes-TOTAL_FORMS": 2, "variacoes-INITIAL_FORMS": 2,
        "variacoes-MIN_NUM_FORMS": 0, "variacoes-MAX_NUM_FORMS": 1000,
    }  # fmt: skip
    for i, variacao in enumerate(variacoes):
        dados |= {f"variacoes-{i}-id": variacao.pk, f"variacoes-{i}-template": template.pk}
        dados |= {f"variacoes-{i}-texto": "Olá {preco}", f"variacoes-{i}-ativa": "on"}
    assert "Variável desconhecida" in escritorio.postar(pagina, dados, pagina)
    assert template.variacoes.filter(texto__contains="preco").count() == 0
    dados |= {"variacoes-0-texto": "Oi {nome}, hoje vence {valor}."}
    dados |= {"variacoes-1-texto": "Olá {nome}."}
    escritorio.postar(pagina, dados, pagina)
    ativas = template.variacoes.filter(ativa=True).values_list("texto", flat=True)
    assert sorted(ativas) == ["Oi {nome}, hoje vence {valor}.", "Olá {nome}."]


def test_a_sender_is_made_in_the_office_and_its_key_shown_nowhere(escritorio: Escritorio) -> None:
    pagina = "/admin/cobranca/instancia/add/"
    dados = {
        "nome": "balcao", "url": "http://127.0.0.1:1", "chave": "SEGREDO-DO-GATEWAY", "ativa": "on",
        "ordem": 1, "por_minuto": 10, "variacao_ritmo": 35, "aquecimento_dias": 2,
    }  # fmt: skip
    html = escritorio.postar(pagina, dados, pagina)
    instancia = Instancia.objects.get(nome="balcao")
    assert (instancia.variacao_ritmo, instancia.aquecimento_dias, instancia.ativa) == (35, 2, True)
    assert f"/webhooks/evolution/{instancia.codigo}/" in html
    mudar = f"/admin/cobranca/instancia/{instancia.pk}/change/"
    assert "SEGREDO" not in html + escritorio.ver(mudar) + str(list(RegistroAuditoria.objects.values()))
    escritorio.postar(mudar, {**dados, "chave": "", "por_minuto": 5}, mudar)
    instancia.refresh_from_db()
    assert instancia.por_minuto == 5


NOVO = "/admin/cobranca/ciclo/add/"
COBRANCA = {
    "external_billing_id": "NF-77", "nome": "Ana Lima", "telefone": "(11) 97000-1234", "codigo_cliente": "",
    "valor": "1.234,56", "vencimento": "", "regua": "",
}  # fmt: skip


def test_a_charge_is_created_in_the_office_as_people_write_it(escritorio: Escritorio) -> None:
    dia = date.today() + timedelta(days=10)
    html = escritorio.postar(NOVO, {**COBRANCA, "vencimento": f"{dia:%d/%m/%Y}"}, NOVO)
    ciclo = Ciclo.objects.get(external_billing_id="NF-77")
    assert (ciclo.valor, ciclo.vencimento, ciclo.contato.telefone) == (
        Decimal("1234.56"), dia, "+5511970001234",
    )  # fmt: skip
    assert "Cobrança de R$ 1.234,56: 4 mensagens planejadas." in html


def test_what_is_wrong_with_a_charge_is_said_beside_its_field_and_nothing_is_lost(
    escritorio: Escritorio,
) -> None:
    antes = Ciclo.objects.count()
    ruim = {**COBRANCA, "telefone": "(11) 3333-4444", "valor": "1.234", "vencimento": "31/02/2026"}
    html = escritorio.postar(NOVO, ruim, NOVO)
    for dito in ("ambíguo", "Informe uma data válida", 'value="1.234"', 'value="Ana Lima"'):
        assert dito in html, dito
    longe = {**COBRANCA, "vencimento": "01/01/2099"}
    assert "no máximo um ano de hoje" in escritorio.postar(NOVO, longe, NOVO)
    repetida = {**COBRANCA, "external_billing_id": "DEMO-0001", "vencimento": f"{date.today():%d/%m/%Y}"}
    assert "DEMO-0001" in escritorio.postar(NOVO, repetida, NOVO)
    zero = {**COBRANCA, "valor": "0", "vencimento": f"{date.today():%d/%m/%Y}"}
    assert "O valor mínimo é 0,01" in escritorio.postar(NOVO, zero, NOVO)
    assert Ciclo.objects.count() == antes


@pytest.mark.parametrize("lista", ["ciclo", "mensagem", "contato"])
@pytest.mark.parametrize("termo", ["joao batista", "11 97000-1111", "DEMO-0001"])
def test_the_lists_find_by_name_without_accents_by_phone_and_by_charge(
    escritorio: Escritorio, lista: str, termo: str
) -> None:
    html = escritorio.ver(f"/admin/cobranca/{lista}/?q={quote(termo)}")
    de_contato = lista == "contato" and termo.startswith("DEMO")
    assert ("João Batista Moreira" in html) is not de_contato
    assert "Fernanda Albuquerque" not in html


def test_lists_ask_the_same_queries_for_few_and_for_many_rows(
    escritorio: Escritorio, empresa: Empresa
) -> None:
    contagens: dict[str, list[int]] = {}
    for _ in range(2):
        for lista in ("ciclo", "mensagem", "contato", "regua", "template"):
            with CaptureQueriesContext(connection) as consultas:
                escritorio.ver(f"/admin/cobranca/{lista}/")
            contagens.setdefault(lista, []).append(len(consultas))
        ciclos_criar_lote(
            empresa=empresa,
            ator=ATOR,
            itens=[
                {
                    "external_billing_id": f"X-{n}", "nome": f"N{n}", "telefone": f"1197100{n:04}",
                    "valor": "10.00", "vencimento": date.today().isoformat(),
                }
                for n in range(20)
            ],
        )  # fmt: skip
    assert {lista: antes == depois for lista, (antes, depois) in contagens.items()} == dict.fromkeys(
        contagens, True
    )


def test_the_configuration_is_saved_with_its_trail(escritorio: Escritorio, empresa: Empresa) -> None:
    configuracao = ConfiguracaoCobranca.objects.get()
    pagina = f"/admin/cobranca/configuracaocobranca/{configuracao.pk}/change/"
    assert escritorio.cliente.get("/admin/cobranca/configuracaocobranca/").headers["Location"] == pagina
    dados = {"modo": "ensaio", "apos_sem_registro": "held", "limite_tentativas": 5, "concluir_apos_dias": 7}
    escritorio.postar(pagina, dados, pagina)
    configuracao.refresh_from_db()
    assert (configuracao.modo, configuracao.apos_sem_registro) == ("ensaio", "held")
    registro = RegistroAuditoria.objects.get(acao="configuracao_alterada")
    assert registro.detalhe["campos"]["modo"] == ["on", "ensaio"]
    assert "Configuração da cobrança alterada" in escritorio.ver(pagina.replace("change", "history"))


def test_an_hour_that_ends_before_it_begins_is_refused_beside_its_field(escritorio: Escritorio) -> None:
    pagina = "/admin/cobranca/horario/add/"
    html = escritorio.postar(pagina, {"dia": 0, "abre": "18:00", "fecha": "08:00"}, pagina)
    assert "Fecha depois de abrir" in html
    assert not Horario.objects.exists()
