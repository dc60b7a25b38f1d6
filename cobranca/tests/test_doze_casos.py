"""The twelve edge cases of the billing write-up, one test each, in its order."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from rest_framework.test import APIClient

from cobranca import locks
from cobranca.models import Ciclo, Contato, Horario, Instancia, Mensagem, Template
from cobranca.services import ciclo_cancelar, ciclos_criar_lote
from cobranca.services.contatos import optout_registrar
from cobranca.services.orfas import MOTIVO
from cobranca.services.rodadas import rodada_da_empresa
from cobranca.tests.conftest import Simulado
from cobranca.tests.factories import ATOR, dados, nova_instancia, novo_ciclo
from nucleo.datas import hoje
from nucleo.errors import Conflito, ErroDeValidacao
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.telefones import chave_telefone


@pytest.mark.concorrencia
@pytest.mark.django_db(transaction=True)
def test_caso_01_duplicacao_de_ciclos(empresa: Empresa) -> None:
    itens = [dados(n) for n in range(150)]

    def criar(_: int) -> tuple[int, int]:
        try:
            with escopo(empresa):
                lote = ciclos_criar_lote(empresa=empresa, ator=ATOR, itens=itens)
        finally:
            connection.close()
        return lote.total("criado"), lote.total("duplicado")

    with ThreadPoolExecutor(4) as pessoas:
        somas = list(pessoas.map(criar, range(4)))
    assert sum(criados for criados, _ in somas) == 150
    assert all(criados + duplicados == 150 for criados, duplicados in somas)
    assert Ciclo.objects.count() == 150
    assert Contato.objects.count() == 150
    assert Mensagem.objects.count() == 150 * 4


@pytest.mark.concorrencia
@pytest.mark.django_db(transaction=True)
def test_caso_02_race_condition_no_scheduler(empresa: Empresa, simulado: Simulado) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        for numero in range(3):
            novo_ciclo(empresa, numero)
    travada, soltar = threading.Event(), threading.Event()

    def outro_scheduler() -> None:
        agora = datetime.now(UTC)
        try:
            with escopo(empresa), transaction.atomic():
                locks.mensagem_a_enviar(
                    empresa=empresa, agora=agora, hoje=agora.date(), amanha=agora + timedelta(days=1)
                )
                travada.set()
                soltar.wait(20)
        finally:
            connection.close()

    outro = threading.Thread(target=outro_scheduler)
    outro.start()
    assert travada.wait(10)
    assert rodada_da_empresa(empresa=empresa).enviadas == 2, "a travada é pulada, não esperada"
    soltar.set()
    outro.join()
    assert rodada_da_empresa(empresa=empresa).enviadas == 1
    assert len({e["texto"] for e in simulado.enviadas()}) == len(simulado.enviadas()) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("vencimento", ["31/02/2026", "2026-02-30", "ontem", 20261231, "0001-01-01"])
def test_caso_03_datas_invalidas(empresa: Empresa, vencimento: object) -> None:
    with escopo(empresa), pytest.raises(ErroDeValidacao) as erro:
        novo_ciclo(empresa, vencimento=vencimento)
    assert erro.value.code in ("data_invalida", "data_fora_do_intervalo")
    assert erro.value.field == "vencimento"
    assert not Ciclo.objects.exists()


@pytest.mark.django_db
def test_caso_03_datas_so_ate_um_ano(empresa: Empresa) -> None:
    hoje_ = hoje(empresa.fuso)
    with escopo(empresa):
        novo_ciclo(empresa, 1, vencimento=hoje_ + timedelta(days=365))
        novo_ciclo(empresa, 2, vencimento=hoje_ - timedelta(days=365))
        for dias in (367, -367):
            with pytest.raises(ErroDeValidacao, match="um ano"):
                novo_ciclo(empresa, 3, vencimento=hoje_ + timedelta(days=dias))


@pytest.mark.django_db
def test_caso_04_telefone_invalido(empresa: Empresa) -> None:
    with escopo(empresa):
        for texto in ("987654321", "1133334444", "08007770000", "+12125550100", "11 9xxxx-0000"):
            with pytest.raises(ErroDeValidacao) as erro:
                novo_ciclo(empresa, telefone=texto)
            assert erro.value.code == "telefone_invalido"
        assert not Ciclo.objects.exists()
        assert novo_ciclo(empresa, telefone="0 15 (11) 8765-4321").contato.telefone == "+5511987654321"


@pytest.mark.django_db
def test_caso_05_template_nao_encontrado(empresa: Empresa, simulado: Simulado) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        novo_ciclo(empresa)
        Template.objects.filter(nome="Cobrança em atraso").update(ativo=False)
    rodada_da_empresa(empresa=empresa)
    mensagem = Mensagem.objects.get(status="sent")
    assert mensagem.aviso == "Modelo “Cobrança em atraso” desligado: saiu o genérico."
    assert "Sobre a cobrança FAT-000001" in mensagem.texto


@pytest.mark.django_db
def test_caso_06_contato_com_dados_diferentes(empresa: Empresa, simulado: Simulado) -> None:
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        primeiro = novo_ciclo(empresa, 1, codigo_cliente="0001-0001", nome="Maria Souza")
        segundo = novo_ciclo(
            empresa, 2, codigo_cliente="0001-0001", nome="Maria de Souza", telefone="11911112222"
        )
        assert primeiro.contato_id == segundo.contato_id
    rodada_da_empresa(empresa=empresa)
    assert {e["numero"] for e in simulado.enviadas()} == {"5511911112222"}
    assert all("Maria de Souza" in texto for texto in simulado.textos())
    with escopo(empresa):
        chave = chave_telefone("11911112222")
        assert optout_registrar(empresa=empresa, ator=ATOR, chave_fone=chave, motivo="SAIR") == 1
        for mudanca in ({"nome": "Outra"}, {"telefone": "11933334444", "codigo_cliente": "0001-0001"}):
            with pytest.raises(ErroDeValidacao) as erro:
                novo_ciclo(empresa, 3, **{"telefone": "11911112222", **mudanca})
            assert erro.value.code == "contato_optout"
        assert Contato.objects.get().optout_em is not None


@pytest.mark.django_db
def test_caso_07_scheduler_falha_no_meio(empresa: Empresa, simulado: Simulado) -> None:
    with time_machine.travel(datetime.now(UTC), tick=True) as relogio:
        with escopo(empresa):
            instancia = nova_instancia(empresa, simulado.url)
            novo_ciclo(empresa)
            novo_ciclo(empresa, 2)
            presa = Mensagem.objects.filter(status="pending").order_by("id")[0]
            # What a dispatcher leaves that dies between its claim and its record.
            Mensagem.objects.filter(pk=presa.pk).update(
                status="sending",
                token="11111111-1111-1111-1111-111111111111",
                reclamada_em=datetime.now(UTC),
                instancia=instancia,
                numero=presa.ciclo.contato.telefone,
                tentativas=1,
            )
        assert rodada_da_empresa(empresa=empresa).enviadas == 1, "a morta não segura a instância"
        presa.refresh_from_db()
        assert (presa.status, presa.erro) == ("sending", MOTIVO)
        relogio.shift(3700)
        assert rodada_da_empresa(empresa=empresa).recuperadas.devolvidas == 1
        relogio.shift(3700)
        rodada_da_empresa(empresa=empresa)
        presa.refresh_from_db()
        assert (presa.status, presa.tentativas) == ("sent", 2)
        assert len(simulado.enviadas()) == 2


@pytest.mark.django_db
def test_caso_08_cancelamento_de_ciclo_completo(empresa: Empresa) -> None:
    with escopo(empresa):
        ciclo = novo_ciclo(empresa, vencimento=hoje(empresa.fuso) + timedelta(days=30))
        chamada = {"empresa": empresa, "ator": ATOR, "external_billing_id": ciclo.external_billing_id}
        cancelado = ciclo_cancelar(**chamada)
        assert (cancelado.status, cancelado.versao) == ("cancelado", 2)
        assert set(ciclo.mensagens.values_list("status", flat=True)) == {"cancelled"}
        with pytest.raises(Conflito) as erro:
            ciclo_cancelar(**chamada)
        assert erro.value.code == "ciclo_encerrado"
        assert novo_ciclo(empresa).pk != ciclo.pk, "encerrado, o identificador fica livre"


@pytest.mark.django_db
def test_caso_09_batch_muito_grande(empresa: Empresa, api: APIClient) -> None:
    url = "/api/v1/cobranca/ciclos/lote/"
    muitos = api.post(url, {"itens": [dados(n) for n in range(1001)]}, format="json")
    assert (muitos.status_code, muitos.json()["code"]) == (400, "lote_muito_grande")
    assert not Ciclo.objects.exists()
    itens = [dados(n, **({"telefone": "x"} if n % 100 == 50 else {})) for n in range(1000)]
    corpo = api.post(url, {"itens": itens}, format="json").json()
    assert (corpo["criados"], corpo["duplicados"], corpo["erros"]) == (990, 0, 10)
    assert [r["indice"] for r in corpo["resultados"]] == list(range(1000))
    assert corpo["resultados"][50]["code"] == "telefone_invalido"


@pytest.mark.django_db
def test_caso_10_business_hours_nao_configurado(empresa: Empresa, simulado: Simulado) -> None:
    madrugada_de_natal = datetime(2026, 12, 25, 6, 0, tzinfo=UTC)
    with time_machine.travel(madrugada_de_natal, tick=True):
        with escopo(empresa):
            nova_instancia(empresa, simulado.url)
            novo_ciclo(empresa)
        assert rodada_da_empresa(empresa=empresa).enviadas == 1
        with escopo(empresa):
            Horario.objects.create(empresa=empresa, dia=0, abre=time(9), fecha=time(18))
            ciclo = novo_ciclo(empresa, 2)
        assert rodada_da_empresa(empresa=empresa).enviadas == 0
        planejada = ciclo.mensagens.get(status="pending").agendada_para
        assert planejada == datetime(2026, 12, 28, 12, 0, tzinfo=UTC), "segunda, 9 h em São Paulo"


@pytest.mark.django_db
def test_caso_11_evolution_api_offline(empresa: Empresa, simulado: Simulado) -> None:
    with time_machine.travel(datetime.now(UTC), tick=True) as relogio:
        with escopo(empresa):
            nova_instancia(empresa, simulado.url)
            novo_ciclo(empresa)
        simulado.modo("offline")
        for _ in range(5):
            assert rodada_da_empresa(empresa=empresa).enviadas == 0
            relogio.shift(600)
        mensagem = Mensagem.objects.get(status="pending")
        assert mensagem.tentativas == 0, "sem gateway ninguém gasta tentativas"
        assert Instancia.objects.get().doente_desde is not None
        simulado.modo("ok")
        relogio.shift(600)
        assert rodada_da_empresa(empresa=empresa).enviadas == 1


@pytest.mark.django_db
def test_caso_12_datas_calculadas_no_passado(empresa: Empresa, simulado: Simulado) -> None:
    hoje_ = hoje(empresa.fuso)
    with escopo(empresa):
        nova_instancia(empresa, simulado.url)
        ciclo = novo_ciclo(empresa, vencimento=hoje_ - timedelta(days=4))
        estados = dict(ciclo.mensagens.values_list("passo", "status"))
        assert estados == {-3: "superseded", 0: "superseded", 3: "pending", 7: "pending"}
        dia: date = ciclo.mensagens.get(passo=3).agendada_para.astimezone(UTC).date()
        assert abs((dia - hoje_).days) <= 1
    assert rodada_da_empresa(empresa=empresa).enviadas == 1
    assert rodada_da_empresa(empresa=empresa).enviadas == 0
