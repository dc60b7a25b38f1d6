"""Quotes over the API: parse, call one service or selector, answer."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from nucleo.api.idempotencia import idempotente
from nucleo.api.visoes import VisaoDaEmpresa
from nucleo.datas import hoje
from nucleo.errors import ErroDeValidacao
from orcamentos import selectors, services
from orcamentos.api import serializers as s
from orcamentos.api.filtros import FiltroDeOrcamentos
from orcamentos.models import Orcamento
from orcamentos.models.numeracao import ANO_MAXIMO, ANO_MINIMO
from orcamentos.services.impressao import orcamento_pdf

MUDAR = {"POST": "orcamentos.change_orcamento"}


class VisaoDeOrcamentos(VisaoDaEmpresa):
    modelo_da_permissao = Orcamento
    queryset = Orcamento.objects.none()

    def entrada(self, classe: Any, request: Request) -> Any:
        serializer = classe(data=request.data)
        serializer.is_valid(raise_exception=True)
        return serializer

    def saida(self, orcamento_id: int) -> dict[str, Any]:
        orcamento = selectors.orcamento_completo(empresa=self.empresa, orcamento_id=orcamento_id)
        return s.OrcamentoSaida(orcamento).data


class OrcamentosView(VisaoDeOrcamentos):
    filterset_class = FiltroDeOrcamentos
    serializer_class = s.OrcamentoResumo
    # One column that sorts across 9999/10000, so that a cursor can stand on it.
    ordering = "-ordem"

    @extend_schema(responses=s.OrcamentoResumo(many=True))
    def get(self, request: Request) -> Response:
        """List the quotes, newest number first."""
        consulta = self.filter_queryset(selectors.orcamentos_da_empresa(empresa=self.empresa))
        return self.get_paginated_response(
            s.OrcamentoResumo(self.paginate_queryset(consulta), many=True).data
        )

    @extend_schema(request=s.OrcamentoEntrada, responses={201: s.OrcamentoSaida})
    @idempotente
    def post(self, request: Request) -> Response:
        """Create a draft; it gets the next number of its year."""
        entrada = self.entrada(s.OrcamentoEntrada, request)
        orcamento = services.orcamento_criar(
            empresa=self.empresa, ator=self.ator, **entrada.para_o_servico(self.empresa)
        )
        return Response(self.saida(orcamento.pk), status=status.HTTP_201_CREATED)


class OrcamentoView(VisaoDeOrcamentos):
    @extend_schema(responses=s.OrcamentoSaida)
    def get(self, request: Request, pk: int) -> Response:
        """Show one quote with its items."""
        return Response(self.saida(pk))

    @extend_schema(request=s.OrcamentoMudanca, responses=s.OrcamentoSaida)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a draft; `versao` is the one that was read. `itens` replaces all lines."""
        entrada = self.entrada(s.OrcamentoMudanca, request)
        services.orcamento_alterar(
            empresa=self.empresa,
            ator=self.ator,
            orcamento_id=pk,
            versao=entrada.validated_data["versao"],
            **entrada.para_o_servico(self.empresa),
        )
        return Response(self.saida(pk))


class AcaoView(VisaoDeOrcamentos):
    """One action on one quote: the body is its keyword arguments."""

    permissoes = MUDAR
    entrada_da_acao: type[s.AcaoEntrada] = s.AcaoEntrada
    servico: Callable[..., Orcamento]

    def agir(self, request: Request, pk: int) -> Response:
        entrada = self.entrada(self.entrada_da_acao, request)
        type(self).servico(empresa=self.empresa, ator=self.ator, orcamento_id=pk, **entrada.validated_data)
        return Response(self.saida(pk))


class EnviarView(AcaoView):
    servico = staticmethod(services.orcamento_enviar)

    @extend_schema(request=s.AcaoEntrada, responses=s.OrcamentoSaida)
    def post(self, request: Request, pk: int) -> Response:
        """Send a draft."""
        return self.agir(request, pk)


class AprovarView(AcaoView):
    entrada_da_acao = s.AprovacaoEntrada
    servico = staticmethod(services.orcamento_aprovar)

    @extend_schema(request=s.AprovacaoEntrada, responses=s.OrcamentoSaida)
    def post(self, request: Request, pk: int) -> Response:
        """Approve a sent quote: its products enter the carteira."""
        return self.agir(request, pk)


class RecusarView(AcaoView):
    entrada_da_acao = s.MotivoEntrada
    servico = staticmethod(services.orcamento_recusar)

    @extend_schema(request=s.MotivoEntrada, responses=s.OrcamentoSaida)
    def post(self, request: Request, pk: int) -> Response:
        """The customer refused a sent quote."""
        return self.agir(request, pk)


class CancelarView(AcaoView):
    entrada_da_acao = s.MotivoEntrada
    servico = staticmethod(services.orcamento_cancelar)

    @extend_schema(request=s.MotivoEntrada, responses=s.OrcamentoSaida)
    def post(self, request: Request, pk: int) -> Response:
        """Cancel a draft or a sent quote."""
        return self.agir(request, pk)


class RevisarView(AcaoView):
    servico = staticmethod(services.orcamento_revisar)

    @extend_schema(request=s.AcaoEntrada, responses=s.OrcamentoSaida)
    def post(self, request: Request, pk: int) -> Response:
        """Open the next revision of the same number."""
        return self.agir(request, pk)


class ProximoNumeroView(VisaoDeOrcamentos):
    @extend_schema(parameters=[OpenApiParameter("ano", int)], responses=s.ProximoNumero)
    def get(self, request: Request) -> Response:
        """Say which number would come next; nothing is consumed and nothing promised."""
        ano = _ano_lido(request.query_params.get("ano"), hoje(self.empresa.fuso).year)
        proximo, ultimo = selectors.proximo_numero(empresa=self.empresa, ano=ano)
        return Response({"proximo": proximo, "ultimo": ultimo, "promessa": False})


class RevisoesView(VisaoDeOrcamentos):
    pagination_class = None

    @extend_schema(responses=s.RevisaoSaida(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Show what each revision changed, newest first; an open one comes without a date."""
        orcamento = selectors.orcamento_completo(empresa=self.empresa, orcamento_id=pk)
        return Response(s.RevisaoSaida(selectors.revisoes_em_dados(orcamento), many=True).data)


class PdfView(VisaoDeOrcamentos):
    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Print the quote."""
        orcamento = selectors.orcamento_completo(empresa=self.empresa, orcamento_id=pk)
        resposta = HttpResponse(orcamento_pdf(orcamento), content_type="application/pdf")
        resposta["Content-Disposition"] = f'inline; filename="{orcamento.budget_number}.pdf"'
        return resposta


def _ano_lido(texto: str | None, padrao: int) -> int:
    if texto is None or texto == "":
        return padrao
    if not (
        texto.isascii() and texto.isdigit() and len(texto) == 4 and ANO_MINIMO <= int(texto) <= ANO_MAXIMO
    ):
        raise ErroDeValidacao("valor_invalido", f"O ano vai de {ANO_MINIMO} a {ANO_MAXIMO}.", field="ano")
    return int(texto)
