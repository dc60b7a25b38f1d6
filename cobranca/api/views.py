"""Billing over the API: thin over services and selectors."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from cobranca import services
from cobranca.api import serializers
from cobranca.models import Ciclo, Mensagem
from cobranca.selectors import ciclos as selectors
from cobranca.services.dados import CAMPOS
from cobranca.services.decisoes import mensagem_decidir
from cobranca.services.lote import FATIA, ResultadoDoItem, lote_criar_bloco, lote_ler
from nucleo.api.idempotencia import idempotente, processar_em_blocos
from nucleo.api.visoes import VisaoDaEmpresa
from nucleo.errors import ErroDeValidacao


def _objeto(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise ErroDeValidacao("valor_invalido", "O corpo deve ser um objeto JSON.")
    return request.data


class Ciclos(VisaoDaEmpresa):
    """Start following a charge; list them."""

    modelo_da_permissao = Ciclo
    queryset = Ciclo.objects.none()
    serializer_class = serializers.CicloSaida

    @extend_schema(parameters=[OpenApiParameter("status", str)], responses=serializers.CicloSaida(many=True))
    def get(self, request: Request) -> Response:
        lista = selectors.ciclos_listados(empresa=self.empresa, status=request.query_params.get("status", ""))
        pagina = self.paginate_queryset(lista)
        return self.get_paginated_response(serializers.CicloSaida(pagina, many=True).data)

    @extend_schema(request=serializers.CicloEntrada, responses={201: serializers.CicloComMensagens})
    @idempotente
    def post(self, request: Request) -> Response:
        corpo = _objeto(request)
        campos = {campo: corpo.get(campo) for campo in CAMPOS}
        ciclo = services.ciclo_criar(empresa=self.empresa, ator=self.ator, **campos)  # type: ignore[arg-type]
        return Response(_com_mensagens(self, ciclo), status=status.HTTP_201_CREATED)


def _com_mensagens(visao: VisaoDaEmpresa, ciclo: Ciclo) -> dict[str, Any]:
    mensagens = selectors.mensagens_do_ciclo(empresa=visao.empresa, ciclo=ciclo)
    return dict(serializers.CicloComMensagens(ciclo, context={"mensagens": mensagens}).data)


class CiclosEmLote(VisaoDaEmpresa):
    """Up to 1000 charges, committed in blocks of 100; each stands alone."""

    permissoes = {"POST": "cobranca.add_ciclo"}
    serializer_class = serializers.LoteEntrada

    @extend_schema(request=serializers.LoteEntrada, responses={200: serializers.LoteSaida})
    def post(self, request: Request) -> Response:
        itens = _objeto(request).get("itens")
        lote = lote_ler(empresa=self.empresa, itens=itens)

        def bloco(parte: Sequence[Any], inicio: int) -> list[dict[str, Any]]:
            feitos = lote_criar_bloco(
                empresa=self.empresa, ator=self.ator, lote=lote, inicio=inicio, quantos=len(parte)
            )
            return [_resultado(linha) for linha in feitos]

        resultados = processar_em_blocos(request, lote.resultados, bloco, tamanho=FATIA)
        contas = Counter(resultado["status"] for resultado in resultados)
        return Response(
            {
                "criados": contas["criado"],
                "duplicados": contas["duplicado"],
                "erros": contas["erro"],
                "resultados": resultados,
            }
        )


def _resultado(linha: ResultadoDoItem) -> dict[str, Any]:
    opcionais = ("id", "code", "detail", "field")
    return {k: v for k, v in asdict(linha).items() if k not in opcionais or v not in (None, "")}


class CicloUm(VisaoDaEmpresa):
    """One charge with its messages."""

    modelo_da_permissao = Ciclo
    queryset = Ciclo.objects.none()
    serializer_class = serializers.CicloComMensagens

    def get(self, request: Request, external_billing_id: str) -> Response:
        ciclo = selectors.ciclo_por_identificador(
            empresa=self.empresa, external_billing_id=external_billing_id
        )
        return Response(_com_mensagens(self, ciclo))


class AcaoDoCiclo(VisaoDaEmpresa):
    """Pay, cancel, or note a promise of payment."""

    permissoes = {"POST": "cobranca.change_ciclo"}
    serializer_class = serializers.PromessaEntrada
    acao = ""

    @extend_schema(request=None, responses={200: serializers.CicloComMensagens})
    def post(self, request: Request, external_billing_id: str) -> Response:
        comuns: dict[str, Any] = {"empresa": self.empresa, "ator": self.ator}
        comuns["external_billing_id"] = external_billing_id
        if self.acao == "pagar":
            ciclo = services.ciclo_pagar(**comuns)
        elif self.acao == "cancelar":
            ciclo = services.ciclo_cancelar(**comuns)
        else:
            ciclo = services.ciclo_prometer(**comuns, pagar_ate=_objeto(request).get("pagar_ate", ""))
        ciclo = selectors.ciclo_por_identificador(
            empresa=self.empresa, external_billing_id=ciclo.external_billing_id
        )
        return Response(_com_mensagens(self, ciclo))


class Mensagens(VisaoDaEmpresa):
    """Messages, by status or charge."""

    modelo_da_permissao = Mensagem
    queryset = Mensagem.objects.none()
    serializer_class = serializers.MensagemSaida

    @extend_schema(
        parameters=[OpenApiParameter("status", str), OpenApiParameter("ciclo", str)],
        responses=serializers.MensagemSaida(many=True),
    )
    def get(self, request: Request) -> Response:
        lista = selectors.mensagens_listadas(
            empresa=self.empresa,
            status=request.query_params.get("status", ""),
            ciclo=request.query_params.get("ciclo", ""),
        )
        pagina = self.paginate_queryset(lista)
        return self.get_paginated_response(serializers.MensagemSaida(pagina, many=True).data)


class MensagemUma(VisaoDaEmpresa):
    """One message."""

    modelo_da_permissao = Mensagem
    queryset = Mensagem.objects.none()
    serializer_class = serializers.MensagemSaida

    def get(self, request: Request, mensagem_id: int) -> Response:
        mensagem = selectors.mensagem_por_id(empresa=self.empresa, mensagem_id=mensagem_id)
        return Response(serializers.MensagemSaida(mensagem).data)


class Decidir(VisaoDaEmpresa):
    """A person's decision about a held message."""

    permissoes = {"POST": "cobranca.change_mensagem"}
    serializer_class = serializers.DecisaoEntrada

    @extend_schema(request=serializers.DecisaoEntrada, responses={200: serializers.MensagemSaida})
    def post(self, request: Request, mensagem_id: int) -> Response:
        decisao = _objeto(request).get("decisao")
        mensagem = mensagem_decidir(
            empresa=self.empresa, ator=self.ator, mensagem_id=mensagem_id, decisao=str(decisao)
        )
        return Response(serializers.MensagemSaida(mensagem).data)
