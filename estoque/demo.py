"""Stock of a demo company: an engine rebuild shop with a year behind it and some shortages ahead."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from estoque import services
from estoque.models import CarteiraPrincipal, Produto
from nucleo.ator import Ator
from nucleo.models import Empresa


class Familia(NamedTuple):
    """A kind of part: prefix of the code, name, unit, price, typical monthly use per engine."""

    prefixo: str
    nome: str
    unidade: str
    preco: str
    giro: int


MOTORES = (
    ("AP18", "VW AP 1.8"),
    ("EA111", "VW EA111 1.6"),
    ("FIRE", "Fiat Fire 1.0"),
    ("ZETEC", "Ford Zetec Rocam 1.6"),
    ("FAM1", "GM Família I 1.4"),
    ("OM366", "MB OM 366"),
    ("MWM229", "MWM 229"),
    ("CUMB", "Cummins 4BT"),
)
FAMILIAS = (
    Familia("BRZB", "Bronzina de biela", "JG", "148.90", 14),
    Familia("BRZM", "Bronzina de mancal", "JG", "189.50", 12),
    Familia("PIST", "Pistão com anéis STD", "JG", "689.00", 7),
    Familia("ANEL", "Anel de segmento", "JG", "236.40", 9),
    Familia("JUNC", "Junta do cabeçote", "UN", "118.75", 16),
    Familia("VALA", "Válvula de admissão", "UN", "32.80", 30),
    Familia("VALE", "Válvula de escape", "UN", "41.20", 30),
    Familia("COMA", "Comando de válvulas", "UN", "742.00", 3),
    Familia("BOMB", "Bomba de óleo", "UN", "318.60", 5),
)
AVULSOS = (
    ("OLEO-15W40", "Óleo lubrificante 15W40", "L", "28.90", 320),
    ("SILIC-ALTA", "Silicone alta temperatura 50 g", "UN", "24.50", 40),
    ("DESENG-20", "Desengraxante alcalino", "KG", "13.75", 85),
    ("PASTA-LAP", "Pasta para lapidação de válvulas", "KG", "96.00", 3),
    ("PED-BRUN", "Pedra de brunimento", "JG", "184.00", 6),
    ("PED-RETV", "Rebolo para retífica de virabrequim", "UN", "1280.00", 1),
    ("PAR-CAB10", "Parafuso de cabeçote M10", "UN", "9.80", 140),
    ("SEDE-UNI", "Sede de válvula universal", "UN", "18.40", 60),
)
PRODUZIDOS = ("PIST", "VALA", "VALE")


def estoque_demo(empresa: Empresa, ator: Ator, hoje: date) -> int:
    """Fill the stock once; a second call finds the data and adds nothing. Return how many products.

    Must run inside the empresa's scope. Deterministic: the same empresa and day give the same rows.
    """
    if Produto.objects.filter(empresa=empresa, cod_produto=AVULSOS[0][0]).exists():
        return 0
    sorte = random.Random(f"estoque {empresa.slug}")  # noqa: S311 - demo data, repeatable on purpose
    produtos = [(_criar(empresa, ator, dados), dados[-1]) for dados in _catalogo()]
    movimentos = sorted(_ano(sorte, produtos, hoje), key=lambda item: item["data"])
    for i in range(0, len(movimentos), 1000):
        services.movimentacoes_registrar(empresa=empresa, ator=ator, itens=movimentos[i : i + 1000])
    for produto, giro in produtos:
        _planejar(sorte, empresa, ator, produto, giro, hoje)
    _picar(sorte, empresa, ator, hoje)
    services.cache_varrer(empresa=empresa)
    return len(produtos)


def _catalogo() -> Iterator[tuple[str, str, str, str, int]]:
    for familia in FAMILIAS:
        for codigo, motor in MOTORES:
            yield (
                f"{familia.prefixo}-{codigo}",
                f"{familia.nome} {motor}",
                familia.unidade,
                familia.preco,
                familia.giro,
            )
    yield from AVULSOS


def _criar(empresa: Empresa, ator: Ator, dados: tuple[str, str, str, str, int]) -> Produto:
    codigo, nome, unidade, preco, giro = dados
    return services.produto_criar(
        empresa=empresa,
        ator=ator,
        cod_produto=codigo,
        nome=nome,
        unidade=unidade,
        preco_venda=preco,
        estoque_minimo=str(max(1, giro // 3)),
    )


def _ano(sorte: random.Random, produtos: list[tuple[Produto, int]], hoje: date) -> Iterator[dict[str, Any]]:
    """Twelve months: purchases at the start of each, sales through it, an inventory count in the middle."""
    for produto, giro in produtos:
        saldo = 0
        for mes in range(12, 0, -1):
            inicio = hoje - timedelta(days=30 * mes)
            compra = max(1, round(giro * sorte.uniform(0.9, 1.25))) + (giro if mes == 12 else 0)
            saldo += compra
            yield _item(produto, "entrada", compra, inicio, f"NF {4000 + sorte.randrange(5000)}")
            for _ in range(sorte.randint(2, 5)):
                sai = min(saldo, max(1, round(giro / 4 * sorte.uniform(0.5, 1.5))))
                if sai > 0:
                    saldo -= sai
                    dia = inicio + timedelta(days=sorte.randint(1, 29))
                    yield _item(produto, "saida", sai, dia, f"OS {sorte.randrange(1000, 9999)}")
        if sorte.random() < 0.15 and saldo > 1:
            yield _item(produto, "ajuste", -1, hoje - timedelta(days=15), "Inventário")


def _item(produto: Produto, tipo: str, quantidade: int, dia: date, documento: str) -> dict[str, Any]:
    return {
        "cod_produto": produto.cod_produto,
        "tipo": tipo,
        "quantidade": str(quantidade),
        "data": dia.isoformat(),
        "documento": documento,
    }


def _planejar(
    sorte: random.Random, empresa: Empresa, ator: Ator, produto: Produto, giro: int, hoje: date
) -> None:
    """Orders for the next weeks; about one product in six gets more orders than it has stock for."""
    falta = sorte.random() < 0.17
    saldo = services.garantir_cache_atualizado(empresa, produto.cod_produto)["saldo_atual"]
    for _ in range(sorte.randint(1, 3)):
        quanto = max(Decimal(1), Decimal(round(giro * sorte.uniform(0.1, 0.3))))
        if falta:
            quanto += (saldo / 2).to_integral_value()
        services.carteira_incluir(
            empresa=empresa,
            ator=ator,
            num_pedido=f"PED-{sorte.randrange(1000, 9999)}",
            produto=produto,
            quantidade=quanto,
            data_entrega=hoje + timedelta(days=sorte.randint(-2, 26)),
        )
    if falta or produto.cod_produto.startswith(PRODUZIDOS):
        services.producao_criar(
            empresa=empresa,
            ator=ator,
            produto=produto,
            quantidade=max(2, giro),
            data=hoje + timedelta(days=sorte.randint(-1, 24)),
        )


def _picar(sorte: random.Random, empresa: Empresa, ator: Ator, hoje: date) -> None:
    """Some order lines are on their way through the pick chain."""
    linhas = CarteiraPrincipal.objects.filter(empresa=empresa, qtd_saldo__gte=2).order_by("pk")
    for n, linha in enumerate(linhas[:24]):
        comum: dict[str, Any] = {"empresa": empresa, "ator": ator, "carteira_id": linha.pk}
        dia = max(hoje, linha.data_entrega - timedelta(days=1))
        if n % 3 == 0:
            services.pre_separar(**comum, quantidade=1, data=dia)
        elif n % 3 == 1:
            services.separar(**comum, quantidade=1, data_expedicao=dia)
        else:
            separacao = services.separar(**comum, quantidade=2, data_expedicao=hoje)
            if sorte.random() < 0.5:
                services.expedir(empresa=empresa, ator=ator, separacao_id=separacao.pk, quantidade=1)
