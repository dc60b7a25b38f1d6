"""Short words for the stories that the tests tell: what comes in, what is ordered, what is planned."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from estoque import services
from estoque.models import (
    CarteiraPrincipal,
    MovimentacaoEstoque,
    PreSeparacaoItem,
    Produto,
    ProgramacaoProducao,
    Separacao,
)
from estoque.selectors import projecoes
from estoque.selectors.saldos import Saldo, saldo_exato
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.models import Empresa

ATOR = Ator("teste")


@dataclass(frozen=True)
class Cenario:
    """One empresa, seen by somebody inside its scope. Days count from today: -1 is yesterday."""

    empresa: Empresa

    @property
    def comum(self) -> dict[str, Any]:
        return {"empresa": self.empresa, "ator": ATOR}

    def dia(self, em: int) -> date:
        return hoje(self.empresa.fuso) + timedelta(days=em)

    def produto(self, codigo: str = "A", **dados: Any) -> Produto:
        return services.produto_criar(**self.comum, cod_produto=codigo, nome=f"Peça {codigo}", **dados)

    def mover(
        self, produto: Produto, quanto: object, tipo: str = "entrada", em: int = 0
    ) -> MovimentacaoEstoque:
        return services.movimentacao_registrar(
            **self.comum, produto=produto, tipo=tipo, quantidade=quanto, data=self.dia(em)
        )

    def pedir(self, produto: Produto, quanto: object, em: int = 3, num: str = "PED-1") -> CarteiraPrincipal:
        return services.carteira_incluir(
            **self.comum, num_pedido=num, produto=produto, quantidade=quanto, data_entrega=self.dia(em)
        )

    def pre_separar(self, linha: CarteiraPrincipal, quanto: object = None, em: int = 2) -> PreSeparacaoItem:
        return services.pre_separar(**self.comum, carteira_id=linha.pk, quantidade=quanto, data=self.dia(em))

    def separar(
        self, de: CarteiraPrincipal | PreSeparacaoItem, quanto: object = None, em: int = 1
    ) -> Separacao:
        origem = "carteira_id" if isinstance(de, CarteiraPrincipal) else "pre_separacao_id"
        return services.separar(
            **self.comum, **{origem: de.pk}, quantidade=quanto, data_expedicao=self.dia(em)
        )

    def expedir(self, separacao: Separacao, quanto: object = None) -> MovimentacaoEstoque:
        return services.expedir(**self.comum, separacao_id=separacao.pk, quantidade=quanto)

    def planejar(self, produto: Produto, quanto: object, em: int = 4) -> ProgramacaoProducao:
        return services.producao_criar(**self.comum, produto=produto, quantidade=quanto, data=self.dia(em))

    def concluir(self, plano: ProgramacaoProducao, quanto: object = None) -> MovimentacaoEstoque:
        return services.producao_concluir(**self.comum, producao_id=plano.pk, quantidade=quanto)

    def estornar(self, movimento: MovimentacaoEstoque) -> MovimentacaoEstoque:
        return services.movimentacao_estornar(**self.comum, movimentacao_id=movimento.pk)

    def proibir_negativo(self) -> None:
        services.configuracao_definir(**self.comum, permite_negativo=False)

    def dobrar(self, *produtos: Produto) -> int:
        return services.produtos_dobrar(empresa=self.empresa, produto_ids=[p.pk for p in produtos])

    def saldo(self, codigo: str = "A") -> Saldo:
        return saldo_exato(empresa=self.empresa, cod_produto=codigo)

    def projecao(self, codigo: str = "A", dias: int = 29) -> projecoes.Projecao:
        return projecoes.projecao_exata(empresa=self.empresa, cod_produto=codigo, dias=dias)

    def etapas(self, codigo: str = "A") -> tuple[str, ...]:
        """Stock on hand, carteira, pré-separação, separação: as plain numbers."""
        saldo = self.saldo(codigo)
        valores = (saldo.saldo_atual, saldo.qtd_carteira, saldo.qtd_pre_separacao, saldo.qtd_separacao)
        return tuple(f"{valor:f}".rstrip("0").rstrip(".") for valor in valores)


@dataclass(frozen=True)
class Mundo:
    """One row of every kind, by its id: 20 in stock; 7 on order, 2 pré-separados, 3 separados; 8 planned."""

    c: Cenario
    linha: int
    pre: int
    sep: int
    plano: int
    movimento: int

    @classmethod
    def montado(cls, empresa: Empresa) -> "Mundo":
        c = Cenario(empresa)
        produto = c.produto("A/1", estoque_minimo="1")
        movimento = c.mover(produto, 20)
        linha = c.pedir(produto, 12)
        pre = c.pre_separar(linha, 5)
        sep = c.separar(pre, 3)
        plano = c.planejar(produto, 8)
        return cls(c, linha.pk, pre.pk, sep.pk, plano.pk, movimento.pk)
