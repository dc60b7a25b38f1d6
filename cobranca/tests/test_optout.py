"""An opt-out stops everything for a phone, also what is being created for it at that moment."""

import threading

import pytest
from django.db import connection, transaction

from cobranca.models import Contato, Mensagem
from cobranca.services import contatos
from cobranca.services.contatos import optout_desfazer, optout_registrar
from cobranca.services.rodadas import rodada_da_empresa
from cobranca.tests import caos
from cobranca.tests.conftest import Simulado
from cobranca.tests.factories import ATOR, nova_instancia, novo_ciclo
from nucleo.errors import Conflito, ErroDeValidacao
from nucleo.escopo import escopo
from nucleo.models import Empresa, RegistroAuditoria
from nucleo.telefones import chave_telefone

FONE = "11987654321"
CHAVE = chave_telefone(FONE) or ""


def _alguem_espera() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.mark.concorrencia
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("com_trava", "pendentes"), [(True, 0), (False, 1)])
def test_an_opt_out_also_stops_the_ciclo_that_is_being_created_under_another_code(
    empresa: Empresa, monkeypatch: pytest.MonkeyPatch, com_trava: bool, pendentes: int
) -> None:
    """Without the creation lock (the positive control) the new contato of this phone is missed."""
    with escopo(empresa):
        novo_ciclo(empresa, 1, telefone=FONE, codigo_cliente="0001-0001")

    def parar() -> None:
        try:
            with escopo(empresa):
                optout_registrar(empresa=empresa, ator=ATOR, chave_fone=CHAVE, motivo="SAIR")
        finally:
            connection.close()

    pedido = threading.Thread(target=parar)
    with escopo(empresa), transaction.atomic():
        novo_ciclo(empresa, 2, telefone=FONE, codigo_cliente="0001-0002")
        if not com_trava:
            monkeypatch.setattr(contatos.locks, "criacao_de_ciclos", lambda **_: None)
        pedido.start()
        caos.esperar(_alguem_espera)
    pedido.join()
    lembretes = Mensagem.objects.filter(tipo="lembrete", status="pending")
    assert lembretes.count() == pendentes
    assert Contato.objects.filter(optout_em=None).count() == pendentes


@pytest.mark.django_db
def test_an_opt_out_holds_for_every_contato_of_the_phone_and_is_confirmed_once(
    empresa: Empresa, simulado: Simulado
) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        novo_ciclo(empresa, 1, telefone=FONE, codigo_cliente="0001-0001", nome="Ana")
        novo_ciclo(empresa, 2, telefone=FONE, codigo_cliente="0001-0002", nome="Bia")
        assert optout_registrar(empresa=empresa, ator=ATOR, chave_fone=CHAVE, motivo="SAIR") == 2
        assert optout_registrar(empresa=empresa, ator=ATOR, chave_fone=CHAVE, motivo="SAIR") == 0
    rodada_da_empresa(empresa=empresa)
    [texto] = simulado.textos()
    assert texto.startswith("Pronto, Ana: você não receberá mais mensagens")
    assert RegistroAuditoria.objects.filter(acao="optout").count() == 2


@pytest.mark.django_db
def test_a_person_takes_an_opt_out_back_and_only_new_ciclos_are_reminded(
    empresa: Empresa, simulado: Simulado
) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        antigo = novo_ciclo(empresa, 1, telefone=FONE)
        optout_registrar(empresa=empresa, ator=ATOR, chave_fone=CHAVE, motivo="SAIR")
        with pytest.raises(ErroDeValidacao):
            novo_ciclo(empresa, 2, telefone=FONE)
        contato = Contato.objects.get()
        optout_desfazer(empresa=empresa, ator=ATOR, contato=contato, motivo="Pediu de volta.")
        with pytest.raises(Conflito, match="não pediu para parar"):
            optout_desfazer(empresa=empresa, ator=ATOR, contato=contato, motivo="De novo.")
        novo = novo_ciclo(empresa, 2, telefone=FONE)
    rodada_da_empresa(empresa=empresa)
    lembretes = Mensagem.objects.filter(tipo="lembrete", status="sent")
    assert [mensagem.ciclo_id for mensagem in lembretes] == [novo.pk]
    assert set(antigo.mensagens.filter(tipo="lembrete").values_list("status", flat=True)) == {
        "cancelled",
        "superseded",
    }
