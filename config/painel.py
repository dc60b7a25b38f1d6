"""The office's first page: what needs a person today, each figure leading to its list.

Every block is asked for only where the active perfil may see its list, and costs one indexed query.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.urls import reverse

from clientes.models import Cliente
from cobranca.models import Ciclo, Mensagem
from estoque.models import CarteiraPrincipal, MovimentacaoEstoque, Produto, Separacao
from estoque.selectors.projecoes import rupturas
from nucleo.admin.ligacoes import Ligacao, lista_de, nova_de, pode
from nucleo.datas import hoje, limites_do_dia
from nucleo.decimais import reais
from nucleo.errors import Indisponivel
from nucleo.models import Alerta, Empresa
from orcamentos.models import Orcamento, Status

_SEM_NADA = {"0", "R$ 0,00"}


@dataclass(frozen=True)
class Cartao:
    """A figure, what it counts, and the list behind it. `tom` asks for attention: aviso or erro."""

    titulo: str
    valor: str
    nota: str
    endereco: str
    icone: str
    tom: str = ""

    @property
    def vazio(self) -> bool:
        return self.valor in _SEM_NADA


def painel(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the figures of the active empresa to the first page (the theme's DASHBOARD_CALLBACK)."""
    empresa = getattr(request, "empresa", None)
    if empresa is None:
        return context
    dia = hoje(empresa.fuso)
    blocos = [(titulo, list(bloco(request, empresa))) for titulo, bloco in _BLOCOS.items()]
    return context | {
        "title": "Painel",
        "hoje": dia,
        "atalhos": list(_atalhos(request)),
        "buscas": list(_buscas(request)),
        "blocos": [(titulo, cartoes) for titulo, cartoes in blocos if cartoes],
        "alertas": _alertas(request),
        "lista_de_alertas": lista_de(Alerta) if pode(request, "view", Alerta) else "",
    }


def _atalhos(request: HttpRequest) -> Iterator[Ligacao]:
    """What is made most often, one click away."""
    for modelo, rotulo, icone in (
        (Orcamento, "Novo orçamento", "request_quote"),
        (Cliente, "Novo cliente", "person_add"),
        (Ciclo, "Nova cobrança", "add_card"),
        (MovimentacaoEstoque, "Registrar movimentação", "swap_vert"),
    ):
        if pode(request, "add", modelo):
            yield Ligacao(rotulo, nova_de(modelo), icone)


def _buscas(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """The lists that are searched most often: a label and an address that takes `q`."""
    for modelo, rotulo in (
        (Cliente, "Cliente: nome, código, documento ou telefone"),
        (Orcamento, "Orçamento: número ou cliente"),
        (Produto, "Produto: código ou nome"),
        (Ciclo, "Cobrança: número ou contato"),
    ):
        if pode(request, "view", modelo):
            yield rotulo, lista_de(modelo)


def _alertas(request: HttpRequest) -> list[Alerta]:
    if not pode(request, "view", Alerta):
        return []
    return list(Alerta.objects.filter(resolvido_em=None).order_by("severidade", "-aberto_em")[:6])


def _vendas(request: HttpRequest, empresa: Empresa) -> Iterator[Cartao]:
    if not pode(request, "view", Orcamento):
        return
    mes = hoje(empresa.fuso).replace(day=1)
    abertos = Q(status__in=[Status.RASCUNHO, Status.ENVIADO])
    aprovados = Q(status=Status.APROVADO, data__gte=mes)
    total = Orcamento.objects.filter(abertos | aprovados).aggregate(
        rascunhos=Count("pk", filter=Q(status=Status.RASCUNHO)),
        enviados=Count("pk", filter=Q(status=Status.ENVIADO)),
        valor_enviado=Sum("total", filter=Q(status=Status.ENVIADO)),
        aprovados=Count("pk", filter=aprovados),
        valor_aprovado=Sum("total", filter=aprovados),
    )
    enviado, aprovado = (total[nome] or Decimal(0) for nome in ("valor_enviado", "valor_aprovado"))
    yield Cartao(
        "Aguardando o cliente",
        str(total["enviados"]),
        f"orçamentos enviados, {reais(enviado)}",
        lista_de(Orcamento, status__exact=Status.ENVIADO),
        "request_quote",
    )
    yield Cartao(
        "Rascunhos",
        str(total["rascunhos"]),
        "orçamentos por terminar",
        lista_de(Orcamento, status__exact=Status.RASCUNHO),
        "edit_note",
    )
    yield Cartao(
        "Aprovados no mês",
        reais(aprovado),
        f"orçamentos com data desde {mes:%d/%m}: {total['aprovados']}",
        lista_de(Orcamento, status__exact=Status.APROVADO, data__gte=mes.isoformat()),
        "task_alt",
    )


def _estoque(request: HttpRequest, empresa: Empresa) -> Iterator[Cartao]:
    if not pode(request, "view", Produto):
        return
    quadro = reverse("admin:estoque_rupturas")
    try:
        faltam = rupturas(empresa=empresa)
    except Indisponivel as exc:
        yield Cartao("Vão faltar", "—", exc.detail, quadro, "inventory_2", "aviso")
        return
    primeiro = f"o primeiro: {faltam[0].nome}, {faltam[0].data_ruptura:%d/%m}" if faltam else "em 29 dias"
    yield Cartao("Vão faltar", str(len(faltam)), primeiro, quadro, "inventory_2", "aviso")


def _saidas(request: HttpRequest, empresa: Empresa) -> Iterator[Cartao]:
    """What the warehouse should have done by tonight."""
    dia = hoje(empresa.fuso)
    for modelo, campo, titulo, nota, icone in (
        (CarteiraPrincipal, "data_entrega", "Para separar", "itens com entrega até hoje", "shopping_cart"),
        (Separacao, "data_expedicao", "Para expedir", "separações com saída até hoje", "local_shipping"),
    ):
        if pode(request, "view", modelo):
            # `qtd_saldo > 0` is the condition of the index of open rows: only those are counted over.
            quantos = modelo.objects.filter(qtd_saldo__gt=0, **{f"{campo}__lte": dia}).count()
            filtros = {"aberta": "sim", f"{campo}__lte": dia.isoformat()}
            yield Cartao(titulo, str(quantos), nota, lista_de(modelo, **filtros), icone)


def _mensagens(request: HttpRequest, empresa: Empresa) -> Iterator[Cartao]:
    if not pode(request, "view", Mensagem):
        return
    inicio, fim = limites_do_dia(hoje(empresa.fuso), empresa.fuso)
    saiu_hoje = Q(enviada_em__gte=inicio, enviada_em__lt=fim)
    status = Mensagem.Status
    total = Mensagem.objects.filter(
        saiu_hoje | Q(status=status.SEGURA) | Q(status=status.PENDENTE, agendada_para__lt=fim)
    ).aggregate(
        saidas=Count("pk", filter=saiu_hoje),
        entregues=Count("pk", filter=saiu_hoje & Q(status__in=[status.ENTREGUE, status.LIDA])),
        lidas=Count("pk", filter=saiu_hoje & Q(status=status.LIDA)),
        na_fila=Count("pk", filter=Q(status=status.PENDENTE)),
        seguras=Count("pk", filter=Q(status=status.SEGURA)),
    )
    dia = {"enviada_em__gte": inicio.isoformat(), "enviada_em__lt": fim.isoformat()}
    fila = {"status__exact": status.PENDENTE, "agendada_para__lt": fim.isoformat()}
    nota = f"{total['entregues']} entregues, {total['lidas']} lidas"
    yield Cartao("Enviadas hoje", str(total["saidas"]), nota, lista_de(Mensagem, **dia), "send")
    yield Cartao(
        "Na fila para hoje", str(total["na_fila"]), "ainda não saíram", lista_de(Mensagem, **fila), "schedule"
    )
    yield Cartao(
        "Aguardando decisão",
        str(total["seguras"]),
        "uma pessoa precisa decidir",
        lista_de(Mensagem, status__exact=status.SEGURA),
        "back_hand",
        "aviso",
    )


_BLOCOS: dict[str, Callable[[HttpRequest, Empresa], Iterator[Cartao]]] = {
    "Vendas": _vendas,
    "Estoque": lambda request, empresa: chain(_estoque(request, empresa), _saidas(request, empresa)),
    "Mensagens de cobrança": _mensagens,
}
