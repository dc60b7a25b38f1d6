import pytest

from cobranca.models import Mensagem
from cobranca.services import ciclo_pagar
from cobranca.services.rodadas import rodada_da_empresa
from cobranca.tests.conftest import Simulado
from cobranca.tests.factories import ATOR, nova_instancia, novo_ciclo
from nucleo.escopo import escopo
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db


def test_a_due_message_leaves_once_and_is_recorded_as_sent(empresa: Empresa, simulado: Simulado) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        ciclo = novo_ciclo(empresa)
    relato = rodada_da_empresa(empresa=empresa)
    assert relato.enviadas == 1
    seguinte = rodada_da_empresa(empresa=empresa)
    assert (seguinte.enviadas, seguinte.motivo) == (0, "")
    [enviada] = simulado.enviadas()
    with escopo(empresa):
        mensagem = Mensagem.objects.get(ciclo=ciclo, status="sent")
        assert mensagem.provider_id == enviada["id"]
        assert mensagem.texto == enviada["texto"]
        assert (mensagem.passo, mensagem.tentativas, mensagem.erro) == (7, 1, "")
        assert Mensagem.objects.filter(ciclo=ciclo, status="superseded").count() == 3


def test_a_paid_ciclo_sends_nothing_more(empresa: Empresa, simulado: Simulado) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        ciclo = novo_ciclo(empresa)
        ciclo_pagar(empresa=empresa, ator=ATOR, external_billing_id=ciclo.external_billing_id)
    assert rodada_da_empresa(empresa=empresa).enviadas == 0
    assert simulado.enviadas() == []
