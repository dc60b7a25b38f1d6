"""The OpenAPI description says what the API does, and nothing it describes makes the server fail."""

import pytest
import schemathesis
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings

from config.tests.dados import povoar
from config.tests.servidor import Servidor
from nucleo.ator import Ator
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.chaves import chave_criar

EXEMPLOS = 4


def test_o_esquema_sai_sem_avisos(tmp_path: object) -> None:
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", f"{tmp_path}/esquema.yml")


def test_cada_operacao_tem_nome_proprio_e_dominio() -> None:
    caminhos = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    operacoes = [operacao for caminho in caminhos.values() for operacao in caminho.values()]
    nomes = [operacao["operationId"] for operacao in operacoes]
    assert len(nomes) == len(set(nomes)) > 50
    assert {etiqueta for operacao in operacoes for etiqueta in operacao["tags"]} == {
        "Sessão",
        "Clientes",
        "Orçamentos",
        "Estoque",
        "Cobrança",
    }


def test_cada_operacao_diz_a_forma_das_recusas_e_as_listas_a_das_paginas() -> None:
    caminhos = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    recusa = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problema"}}}
    operacoes = [operacao for caminho in caminhos.values() for operacao in caminho.values()]
    assert all(operacao["responses"]["default"]["content"] == recusa for operacao in operacoes)
    paginadas = {
        caminho
        for caminho, verbos in caminhos.items()
        if "cursor" in {parametro["name"] for parametro in verbos.get("get", {}).get("parameters", [])}
    }
    assert paginadas == {
        "/api/v1/clientes/",
        "/api/v1/orcamentos/",
        "/api/v1/estoque/separacoes/",
        *(f"/api/v1/cobranca/{lista}/" for lista in ("ciclos", "mensagens")),
        *(
            f"/api/v1/estoque/{lista}/"
            for lista in ("carteira", "movimentacoes", "pre-separacoes", "producao", "produtos", "rupturas")
        ),
    }


@pytest.mark.django_db(transaction=True)
def test_nada_do_que_o_esquema_permite_derruba_o_servidor(empresa: Empresa, servidor: Servidor) -> None:
    with escopo(empresa):
        povoar(empresa)
        _, chave = chave_criar(empresa=empresa, nome="esquema", ator=Ator("teste"))
    esquema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
    derrubadas: list[str] = []
    quantas = 0
    for achada in esquema.get_all_operations():
        operacao = achada.ok()
        for codigo, pedido in _chamar(operacao, servidor, chave):
            quantas += 1
            if codigo >= 500:
                derrubadas.append(f"{codigo} {pedido}")
    assert not derrubadas, "\n".join(derrubadas)
    assert quantas > 100


def _chamar(operacao: schemathesis.APIOperation, servidor: Servidor, chave: str) -> list[tuple[int, str]]:
    respostas: list[tuple[int, str]] = []

    # The same examples each time: what fails here fails for everyone.
    @settings(
        max_examples=EXEMPLOS,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(caso=operacao.as_strategy())
    def tentar(caso: schemathesis.Case) -> None:
        resposta = caso.call(
            base_url=servidor.endereco, headers={"Authorization": f"Api-Key {chave}"}, timeout=30
        )
        respostas.append((resposta.status_code, caso.as_curl_command()))

    tentar()
    return respostas
