"""Codes that came in from elsewhere, behind the service's back."""

import logging

import pytest
from django.db import connection
from prometheus_client import REGISTRY

from clientes.errors import CodigoEmConflito, CodigoEsgotado
from clientes.models import Cliente, CodigoSequencia, FaixaImportada
from clientes.models.codigo import ULTIMO, codigo_escrito
from clientes.services import clientes_criar_bloco
from clientes.tests.factories import CURITIBA, ClienteFactory
from nucleo.ator import Ator
from nucleo.models import Alerta, Empresa

pytestmark = pytest.mark.django_db


def plantar(empresa: Empresa, *codigos: str) -> None:
    """As another program would: straight into the table, no counter moved."""
    with connection.cursor() as cursor:
        for codigo in codigos:
            cursor.execute(
                "INSERT INTO clientes_cliente (empresa_id, codigo_cliente, tipo_pessoa, nome, nome_fantasia,"
                " cpf_cnpj, inscricao_estadual, telefone, telefone_secundario, whatsapp, email,"
                " email_financeiro, municipio_id, cep, logradouro, numero, complemento, bairro,"
                " endereco_entrega, observacoes, ativo, chave_nome, criado_em, atualizado_em)"
                " VALUES (%s, %s, 'fisica', 'Planta', '', '', '', '', '', '', '', '', %s, '', '', '', '', '',"
                " '', '', true, 'planta', now(), now())",
                [empresa.pk, codigo, CURITIBA],
            )


def _metrica(nome: str, **rotulos: str) -> float:
    return REGISTRY.get_sample_value(nome, rotulos) or 0.0


def test_after_a_conflict_the_counter_jumps_behind_the_highest_code_present(
    no_escopo: Empresa, caplog: pytest.LogCaptureFixture
) -> None:
    ClienteFactory(empresa=no_escopo)
    plantar(no_escopo, "0001-0002", "0001-0003", "0001-0007")
    antes = _metrica("clientes_codigo_conflitos_total", tentativa="1")
    with caplog.at_level(logging.WARNING):
        assert ClienteFactory(empresa=no_escopo).codigo_cliente == "0001-0008"
    assert [r.getMessage() for r in caplog.records] == ["Conflito de código detectado na tentativa 1"]
    assert _metrica("clientes_codigo_conflitos_total", tentativa="1") == antes + 1
    faixa = FaixaImportada.objects.get()
    assert (faixa.numero_municipio, faixa.de, faixa.ate) == (1, 3, 7)


def test_positive_control_without_moving_the_counter_five_attempts_are_spent(
    no_escopo: Empresa, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ClienteFactory(empresa=no_escopo)
    plantar(no_escopo, *(f"0001-000{n}" for n in range(2, 9)))
    monkeypatch.setattr("clientes.services.cadastro.contador_alcancar", lambda **_: None)
    with caplog.at_level(logging.WARNING), pytest.raises(CodigoEmConflito):
        ClienteFactory(empresa=no_escopo)
    assert [r.getMessage() for r in caplog.records] == [
        *(f"Conflito de código detectado na tentativa {n}" for n in range(1, 6)),
        "Falha persistente ao salvar cliente",
    ]
    assert CodigoSequencia.objects.get().ultima_sequencia == 1
    assert not Cliente.objects.filter(nome__startswith="Cliente").exclude(codigo_cliente="0001-0001").exists()


def test_a_block_survives_planted_codes_and_loses_none_of_its_items(no_escopo: Empresa, ator: Ator) -> None:
    ClienteFactory(empresa=no_escopo)
    plantar(no_escopo, "0001-0003")
    itens = [{"nome": f"Ana {n}", "municipio_ibge": CURITIBA} for n in range(3)]
    feitos = clientes_criar_bloco(empresa=no_escopo, ator=ator, itens=itens)
    assert [c.codigo_cliente for c in feitos] == ["0001-0004", "0001-0005", "0001-0006"]


def test_after_9999_come_letters_and_an_alert_was_opened_long_before(no_escopo: Empresa) -> None:
    ClienteFactory(empresa=no_escopo)
    CodigoSequencia.objects.update(ultima_sequencia=8999)
    assert ClienteFactory(empresa=no_escopo).codigo_cliente == "0001-9000"
    assert _alerta() == ("warning", "Códigos de cliente 0001: letras em breve")
    CodigoSequencia.objects.update(ultima_sequencia=9998)
    codigos = [ClienteFactory(empresa=no_escopo).codigo_cliente for _ in range(3)]
    assert codigos == ["0001-9999", "0001-A000", "0001-A001"]
    assert _alerta() == ("warning", "Códigos de cliente 0001: já com letras")
    assert (
        list(Cliente.objects.order_by("codigo_cliente").values_list("codigo_cliente", flat=True))[-3:]
        == codigos
    )


def _alerta() -> tuple[str, str]:
    alerta = Alerta.objects.get(chave="clientes.codigo.0001")
    return alerta.severidade, alerta.titulo


def test_long_before_the_letters_end_the_alert_turns_serious(no_escopo: Empresa) -> None:
    ClienteFactory(empresa=no_escopo)
    CodigoSequencia.objects.update(ultima_sequencia=ULTIMO * 9 // 10 - 1)
    ClienteFactory(empresa=no_escopo)
    assert _alerta() == ("error", "Códigos de cliente 0001: acabando")


def test_a_legacy_code_with_letters_is_no_reason_to_say_that_they_end(no_escopo: Empresa, ator: Ator) -> None:
    item = {"nome": "Ana", "municipio_ibge": CURITIBA, "codigo_cliente": "0001-A00A"}
    clientes_criar_bloco(empresa=no_escopo, ator=ator, itens=[item], aceitar_codigos=True)
    assert _alerta() == ("warning", "Códigos de cliente 0001: já com letras")


def test_after_zzzz_a_clear_error_and_the_other_items_of_the_block_go_on(
    no_escopo: Empresa, ator: Ator
) -> None:
    ClienteFactory(empresa=no_escopo)
    CodigoSequencia.objects.update(ultima_sequencia=ULTIMO - 1)
    assert ClienteFactory(empresa=no_escopo).codigo_cliente == codigo_escrito(1, ULTIMO) == "0001-ZZZZ"
    with pytest.raises(CodigoEsgotado):
        ClienteFactory(empresa=no_escopo)
    itens = [{"nome": "Ana", "municipio_ibge": CURITIBA}, {"nome": "Bia", "municipio_ibge": 4113700}]
    esgotado, criado = clientes_criar_bloco(empresa=no_escopo, ator=ator, itens=itens)
    assert isinstance(esgotado, CodigoEsgotado)
    assert criado.codigo_cliente == "0002-0001"
