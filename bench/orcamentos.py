"""Quotes: numbering under load, the print, and finding one among many, each beside its baseline."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from bench.contexto import Contexto
from bench.corrida import disputa, pasta_dos_rivais, por_segundo
from bench.quadro import Linha, abaixo_de, ao_menos, milissegundos, percentil, por_rodada
from clientes.services import cliente_criar
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.chaves import chave_criar
from nucleo.services.empresas import empresa_criar, usuario_criar
from orcamentos import selectors
from orcamentos.models import Orcamento
from orcamentos.services import DadosDoItem, orcamento_criar
from orcamentos.services.impressao import orcamento_pdf

ATOR = Ator("bench")
FILHO = "bench.orcamentos_filho"
CURITIBA = 4106902
CLIENTES = 5000


def medir(ctx: Contexto) -> list[Linha]:
    """Run every claim of the quotes."""
    rivais = pasta_dos_rivais(ctx)
    uma, outra = (_empresa(f"bench-orc-{nome}") for nome in ("uma", "outra"))
    dia = hoje(uma.fuso)
    # Each year is a scope of its own; further away than two years a date is refused.
    anos = [(dia + timedelta(days=365 * n)).isoformat() for n in (-1, 0, 1)]
    return [
        *_criacao(ctx, uma, rivais, "uma série", [dia.isoformat()]),
        *_criacao(ctx, uma, rivais, "três séries", anos),
        _duas_series(ctx, uma, outra, dia),
        _impressao(uma),
        *_muitos(ctx),
    ]


def _empresa(slug: str) -> Empresa:
    empresa = empresa_criar(slug=slug, nome=slug)
    with escopo(empresa):
        cliente = cliente_criar(empresa=empresa, ator=ATOR, nome="Cliente do bench", municipio_ibge=CURITIBA)
        for ano in (-1, 0, 1):
            item = DadosDoItem(quantidade=Decimal(1), preco_unitario=Decimal(1), descricao="Primeiro")
            data = hoje(empresa.fuso) + timedelta(days=365 * ano)
            orcamento_criar(empresa=empresa, ator=ATOR, cliente=cliente, itens=[item], data=data)
    return empresa


def _criacao(ctx: Contexto, empresa: Empresa, rivais: str, nome: str, datas: list[str]) -> list[Linha]:
    return disputa(
        f"criar orçamento, 4 processos, {nome}",
        FILHO,
        {"rivais": rivais, "empresa_id": empresa.pk, "datas": datas, "vezes": ctx.n(200)},
        rodadas=ctx.rodadas,
    )


def _duas_series(ctx: Contexto, uma: Empresa, outra: Empresa, dia: date) -> Linha:
    base = {"arma": "nosso", "datas": [dia.isoformat()], "vezes": ctx.n(300)}
    pedidos = [base | {"empresa_id": empresa.pk} for empresa in (uma, outra)]
    so, duas = [], []
    for _ in range(ctx.rodadas):
        so.append(por_segundo(FILHO, pedidos[:1]))
        duas.append(por_segundo(FILHO, pedidos))
    nosso, base = por_rodada(duas, so)
    return ao_menos(
        "dois processos em duas empresas",
        nosso=nosso,
        base=base,
        razao=1.5,
        unidade="/s",
        linha_de_base="um processo",
    )


def _impressao(empresa: Empresa) -> Linha:
    itens = [
        DadosDoItem(
            quantidade=Decimal("1.5"), preco_unitario=Decimal("199.90"), descricao=f"Usinagem de bloco nº {n}"
        )
        for n in range(28)
    ]
    Empresa.objects.filter(pk=empresa.pk).update(chave_pix="financeiro@exemplo.com.br", cidade="Curitiba")
    with escopo(empresa):
        cliente = Orcamento.objects.select_related("cliente").first().cliente
        orcamento = orcamento_criar(empresa=empresa, ator=ATOR, cliente=cliente, itens=itens)
        orcamento = selectors.orcamento_completo(empresa=empresa, orcamento_id=orcamento.pk)
        primeiro = milissegundos(lambda: orcamento_pdf(orcamento))
        tempos = [milissegundos(lambda: orcamento_pdf(orcamento)) for _ in range(40)]
    return abaixo_de(
        "PDF de 28 itens com Pix, p95",
        nosso=percentil(tempos, 95),
        limite=100,
        unidade="ms",
        origem="limite",
        nota=f"o primeiro de um processo, que lê as fontes, {primeiro:.0f} ms",
    )


_CLIENTES = """
INSERT INTO clientes_cliente (empresa_id, codigo_cliente, tipo_pessoa, nome, nome_fantasia, cpf_cnpj,
    inscricao_estadual, telefone, telefone_secundario, whatsapp, email, email_financeiro, municipio_id, cep,
    logradouro, numero, complemento, bairro, endereco_entrega, observacoes, ativo, chave_nome, criado_em,
    atualizado_em)
SELECT %(empresa)s, '0002-' || lpad(n::text, 4, '0'), 'fisica', 'Cliente Número ' || n, '', '', '', '', '',
    '', '', '', %(municipio)s, '', '', '', '', '', '', '', true, 'bench ' || n, now(), now()
FROM generate_series(1, %(quantos)s) AS n RETURNING id
"""
_ORCAMENTOS = """
INSERT INTO detailed_budgets (empresa_id, budget_number, ano, numero, revisao, cliente_id, status, versao,
    data, validade, condicoes_pagamento, observacoes, referencia_cliente, total, importado, criado_em,
    atualizado_em)
SELECT %(empresa)s, 'ORC-' || ano || '-' || lpad(numero::text, greatest(4, length(numero::text)), '0'), ano,
    numero, 1, (%(clientes)s::bigint[])[1 + n %% array_length(%(clientes)s::bigint[], 1)],
    (ARRAY['rascunho', 'enviado', 'aprovado', 'recusado', 'expirado'])[1 + n %% 5], 1,
    make_date(ano, 1 + n %% 12, 1), make_date(ano, 1 + n %% 12, 20), '', '',
    CASE WHEN n %% 10 = 0 THEN 'PC-' || n ELSE '' END, 0, false, now(), now()
FROM generate_series(0, %(quantos)s - 1) AS n,
    LATERAL (SELECT 2017 + n %% 10 AS ano, 1 + n / 10 AS numero) AS x
"""


def _muitos(ctx: Contexto) -> list[Linha]:
    empresa, quantos = empresa_criar(slug="bench-orc-muitos", nome="Muitos"), ctx.n(500_000, 2000)
    with connection.cursor() as cursor:
        cursor.execute(_CLIENTES, {"empresa": empresa.pk, "municipio": CURITIBA, "quantos": CLIENTES})
        clientes = [linha[0] for linha in cursor.fetchall()]
        cursor.execute(_ORCAMENTOS, {"empresa": empresa.pk, "clientes": clientes, "quantos": quantos})
        cursor.execute("VACUUM ANALYZE clientes_cliente")
        cursor.execute("VACUUM ANALYZE detailed_budgets")
    settings.ALLOWED_HOSTS = ["*"]
    pagina, api = Client(), APIClient()
    pagina.force_login(
        usuario_criar(empresa=empresa, login="bench-orc", perfil="gerente", senha="do-bench-1")
    )
    with escopo(empresa):
        chave = chave_criar(empresa=empresa, ator=ATOR, nome="bench")[1]
    api.credentials(HTTP_AUTHORIZATION=f"Api-Key {chave}")
    meio = quantos // 20
    buscas = [
        termo
        for n in range(1, 11)
        for termo in (
            f"ORC-2026-{meio + n:04d}",
            f"Cliente Número {n * 400}",
            f"0002-{n * 300:04d}",
            f"PC-{n * 100}",
        )
    ]
    filtros: list[dict[str, Any]] = [
        {"status": "enviado"},
        {"data_de": "2024-02-01", "data_ate": "2024-03-31"},
        {"cliente": clientes[7]},
        {"budget_number": f"ORC-2025-{meio:04d}"},
    ]
    # The first page of a process loads addresses and templates, which no later one does.
    _abrir(pagina, "/admin/orcamentos/orcamento/", {})
    _abrir(api, "/api/v1/orcamentos/", {})
    medidas = {
        "lista do escritório": [
            milissegundos(lambda n=n: _abrir(pagina, "/admin/orcamentos/orcamento/", {"p": n}))
            for n in range(1, 21)
        ],
        "busca do escritório": [
            milissegundos(lambda t=t: _abrir(pagina, "/admin/orcamentos/orcamento/", {"q": t}))
            for t in buscas
        ],
        "lista da API com filtro": [
            milissegundos(lambda f=f: _abrir(api, "/api/v1/orcamentos/", f)) for f in filtros * 5
        ],
    }
    return [
        abaixo_de(
            f"{nome} p95, {quantos} orçamentos",
            nosso=percentil(tempos, 95),
            limite=300,
            unidade="ms",
            origem="limite da lista de clientes",
        )
        for nome, tempos in medidas.items()
    ]


def _abrir(navegador: Client, endereco: str, dados: dict[str, Any]) -> None:
    resposta = navegador.get(endereco, dados)
    assert resposta.status_code == 200, resposta.status_code
