"""Customers: numbering under load, import, search and list, each beside its baseline."""

import csv
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from bench.contexto import Contexto
from bench.corrida import disputa, pasta_dos_rivais, por_segundo
from bench.quadro import Linha, abaixo_de, ao_menos, milissegundos, percentil, por_rodada
from clientes.models import Cliente
from clientes.services import cliente_criar
from clientes.services.dados import dados_validados
from clientes.services.importacao import importacao_abrir, importacao_executar
from nucleo.ator import Ator
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.empresas import empresa_criar, usuario_criar

ATOR = Ator("bench")
FILHO = "bench.clientes_filho"
CURITIBA, LONDRINA = 4106902, 4113700
MUITOS = [CURITIBA, LONDRINA, 3550308, 3304557, 1302603, 2927408, 5300108, 4314902, 4205407, 2304400]


def medir(ctx: Contexto) -> list[Linha]:
    """Run every claim of the customers."""
    rivais = pasta_dos_rivais(ctx)
    empresa = empresa_criar(slug="bench-clientes", nome="Bench")
    with escopo(empresa):
        for ibge in MUITOS:
            cliente_criar(empresa=empresa, ator=ATOR, nome=f"Primeiro {ibge}", municipio_ibge=ibge)
    return [
        *_criacao(ctx, empresa, rivais, "um município", [CURITIBA]),
        *_criacao(ctx, empresa, rivais, "dez municípios", MUITOS),
        _dois_escopos(ctx, empresa),
        _importacao(ctx),
        *_milhao(ctx),
    ]


def _criacao(ctx: Contexto, empresa: Empresa, rivais: str, nome: str, municipios: list[int]) -> list[Linha]:
    return disputa(
        f"criar cliente, 4 processos, {nome}",
        FILHO,
        {"rivais": rivais, "empresa_id": empresa.pk, "municipios": municipios, "vezes": ctx.n(200)},
        rodadas=ctx.rodadas,
    )


def _dois_escopos(ctx: Contexto, empresa: Empresa) -> Linha:
    um, dois = [], []
    for rodada in range(ctx.rodadas):
        base = {"arma": "nosso", "empresa_id": empresa.pk, "vezes": ctx.n(300), "rodada": f"e{rodada}"}
        pedidos = [
            base | {"numero": numero, "municipios": [ibge]}
            for numero, ibge in enumerate((CURITIBA, LONDRINA))
        ]
        um.append(por_segundo(FILHO, pedidos[:1]))
        dois.append(por_segundo(FILHO, pedidos))
    nosso, base = por_rodada(dois, um)
    return ao_menos(
        "dois processos em dois municípios",
        nosso=nosso,
        base=base,
        razao=1.5,
        unidade="/s",
        linha_de_base="um processo",
    )


def _importacao(ctx: Contexto) -> Linha:
    empresa = empresa_criar(slug="bench-importacao", nome="Importação")
    base = empresa_criar(slug="bench-bulk", nome="Bulk")
    quantos = ctx.n(10_000, 200)
    linhas = [
        {
            "nome": f"Cliente {n}",
            "municipio_ibge": str(MUITOS[n % 10]),
            "telefone": f"41 9{80_000_000 + n}",
            "email": f"c{n}@exemplo.com.br",
        }
        for n in range(quantos)
    ]
    with tempfile.TemporaryDirectory() as pasta:
        caminho = Path(pasta) / "clientes.csv"
        with caminho.open("w", encoding="utf-8", newline="") as arquivo:
            escritor = csv.DictWriter(arquivo, list(linhas[0]), delimiter=";")
            escritor.writeheader()
            escritor.writerows(linhas)
        with escopo(empresa):
            importacao = importacao_abrir(empresa=empresa, ator=ATOR, caminho=caminho, nome="bench.csv")
            nosso = milissegundos(
                lambda: importacao_executar(
                    empresa=empresa, ator=ATOR, importacao=importacao, caminho=caminho
                )
            )
    with escopo(base):
        nu = milissegundos(lambda: _bulk_create(base, linhas))
    return ao_menos(
        f"importar {quantos} clientes",
        nosso=quantos / nosso * 1000,
        base=quantos / nu * 1000,
        razao=0.5,
        unidade="/s",
        linha_de_base="bulk_create puro com a mesma validação",
    )


def _bulk_create(empresa: Empresa, linhas: Sequence[dict[str, str]]) -> None:
    clientes = [
        Cliente(empresa=empresa, codigo_cliente=f"0001-{n:04d}", **dados_validados(linha))
        for n, linha in enumerate(linhas[:9999], start=1)
    ]
    with transaction.atomic():
        Cliente.objects.bulk_create(clientes, batch_size=100)


_MILHAO = """
INSERT INTO clientes_cliente (empresa_id, codigo_cliente, tipo_pessoa, nome, nome_fantasia, cpf_cnpj,
    inscricao_estadual, telefone, telefone_secundario, whatsapp, email, email_financeiro, municipio_id, cep,
    logradouro, numero, complemento, bairro, endereco_entrega, observacoes, ativo, chave_nome, criado_em,
    atualizado_em)
SELECT %(empresa)s, lpad((1 + n / 9000)::text, 4, '0') || '-' || lpad((1 + n %% 9000)::text, 4, '0'),
    'fisica',
    (%(nomes)s::text[])[1 + (n * 7919) %% array_length(%(nomes)s::text[], 1)] || ' '
    || (%(sobrenomes)s::text[])[1 + (n / 7) %% array_length(%(sobrenomes)s::text[], 1)] || ' '
    || (%(sobrenomes)s::text[])[1 + (n / 311) %% array_length(%(sobrenomes)s::text[], 1)],
    '', '', '', '+55419' || (80000000 + n), '', '', '', '', %(municipio)s, '', '', '', '', '', '', '', true,
    'bench ' || n, now(), now()
FROM generate_series(0::bigint, %(quantos)s - 1) AS n
"""


def _milhao(ctx: Contexto) -> list[Linha]:
    from clientes.demo import _NOMES, _SOBRENOMES

    empresa, quantos = empresa_criar(slug="bench-milhao", nome="Milhão"), ctx.n(1_000_000, 2000)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX clientes_cliente_busca_idx")
        cursor.execute(
            _MILHAO,
            {
                "empresa": empresa.pk,
                "quantos": quantos,
                "municipio": CURITIBA,
                "nomes": _NOMES.split(),
                "sobrenomes": _SOBRENOMES.split(),
            },
        )
        cursor.execute(
            "CREATE INDEX clientes_cliente_busca_idx ON clientes_cliente USING gin (busca gin_trgm_ops)"
        )
        cursor.execute("VACUUM ANALYZE clientes_cliente")
    termos = _termos(quantos)
    usuario = usuario_criar(empresa=empresa, login="bench", perfil="gerente", senha="senha-do-bench")
    settings.ALLOWED_HOSTS = ["*"]
    pagina = Client()
    pagina.force_login(usuario)
    # The first page of a process loads addresses and templates, which no later one does.
    pagina.get("/admin/clientes/cliente/")
    with escopo(empresa):
        buscas = [milissegundos(lambda t=termo: _buscar(t)) for termo in termos]
    listas = [
        milissegundos(lambda n=n: pagina.get("/admin/clientes/cliente/", {"p": n})) for n in range(1, 31)
    ]
    return [
        abaixo_de(
            f"busca p95, {quantos} clientes",
            nosso=percentil(buscas, 95),
            limite=50,
            unidade="ms",
            origem="limite",
        ),
        abaixo_de(
            f"lista do escritório p95, {quantos} clientes",
            nosso=percentil(listas, 95),
            limite=300,
            unidade="ms",
            origem="limite",
        ),
    ]


def _buscar(termo: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clientes_buscar(%s, 1001)", [termo])
        return [linha[0] for linha in cursor.fetchall()]


def _termos(quantos: int) -> list[str]:
    """What people type: whole and partial names, a code, a phone, something that is not there."""
    sorteio = random.Random(3)
    termos = []
    for _ in range(25):
        n = sorteio.randrange(quantos)
        termos += [
            f"{1 + n // 9000:04d}-{1 + n % 9000:04d}",
            f"(41) 9{8000 + n // 10000:04d}-{n % 10000:04d}",
            str(80_000_000 + n),
            sorteio.choice(
                ["joao conceicao", "helena ribeiro", "ana araujo lima", "sonia correa", "vinícius"]
            ),
            sorteio.choice(["nogueira", "silv", "monteiro machado", "fabio", "zzyzx"]),
        ]
    return termos
