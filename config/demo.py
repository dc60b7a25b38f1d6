"""The demo companies: two engine shops with the same numbers on both sides, built by the public services.

Nothing here belongs to a real person: names are invented, documents are computed.
"""

from typing import Any

from django.conf import settings
from django.db import transaction

from clientes.demo import clientes_demo
from cobranca.demo import cobranca_demo
from estoque.demo import estoque_demo
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.escopo import escopo, visao_do_dono
from nucleo.models import Empresa, RegistroAuditoria
from nucleo.services.auditoria import auditar
from nucleo.services.empresas import empresa_criar, usuario_criar
from orcamentos.demo import orcamentos_demo

ATOR = Ator("demonstração")
LOGIN = "demo"
PRONTA = "demonstracao_carregada"
CLIENTES_POR_EMPRESA = 240

EMPRESAS: list[dict[str, Any]] = [
    {
        "slug": "retifica-aurora",
        "nome": "Retífica Aurora",
        "razao_social": "Retífica de Motores Aurora Ltda.",
        "cnpj": "11222333000181",
        "telefone": "+551133334444",
        "email": "contato@aurora.example",
        "endereco": "Avenida das Oficinas, 1200",
        "cidade": "Campinas",
        "uf": "SP",
        "cor": "#b45309",
        "chave_pix": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    },
    {
        "slug": "retifica-rio-negro",
        "nome": "Retífica Rio Negro",
        "razao_social": "Rio Negro Retífica e Peças Ltda.",
        "cnpj": "12ABC34501DE35",
        "telefone": "+559233335555",
        "email": "contato@rionegro.example",
        "endereco": "Rua do Porto, 45",
        "cidade": "Manaus",
        "uf": "AM",
        "fuso": "America/Manaus",
        "cor": "#0f766e",
        "chave_pix": "12ABC34501DE35",
    },
]


def demo_pendente() -> bool:
    """Whether the database waits for the demo: it has no company at all, or the loading was cut short."""
    with visao_do_dono("demonstração: ver se já existe alguma empresa"):
        existentes = set(Empresa.objects.values_list("slug", flat=True))
        registros = RegistroAuditoria.objects.filter(acao=PRONTA)
        prontas = set(registros.values_list("empresa__slug", flat=True))
    nossas = {dados["slug"] for dados in EMPRESAS}
    return not existentes or bool(existentes & nossas and nossas - prontas)


def empresa_demo_carregar(dados: dict[str, Any]) -> Empresa:
    """Create one demo company with everything in it, or complete it; each part skips what it finds.

    Must be called outside any transaction. The login `demo` holds a perfil in every demo company.
    """
    with visao_do_dono("demonstração: encontrar a empresa pelo identificador"):
        empresa = Empresa.objects.filter(slug=dados["slug"]).first()
    if empresa is None:
        empresa = empresa_criar(**dados)
    for perfil in ("gerente", "vendas"):
        usuario_criar(empresa=empresa, login=LOGIN, perfil=perfil, senha=LOGIN, ator=ATOR)
    dia = hoje(empresa.fuso)
    with escopo(empresa):
        clientes_demo(empresa=empresa, ator=ATOR, quantidade=CLIENTES_POR_EMPRESA)
        # Each is skipped where it finds something of its own, so it is there whole or not at all.
        with transaction.atomic():
            estoque_demo(empresa=empresa, ator=ATOR, hoje=dia)
        with transaction.atomic():
            orcamentos_demo(empresa=empresa, ator=ATOR, hoje=dia)
        cobranca_demo(
            empresa=empresa, ator=ATOR, hoje=dia, simulador_url=f"http://127.0.0.1:{settings.SIMULADOR_PORT}"
        )
        if not RegistroAuditoria.objects.filter(empresa=empresa, acao=PRONTA).exists():
            auditar(empresa=empresa, ator=ATOR, acao=PRONTA, objeto=empresa)
    return empresa
