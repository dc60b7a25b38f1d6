"""What can go wrong with stock, and the constraints that say so."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from nucleo.decimais import quantidade_formatada
from nucleo.errors import Conflito, ErroDeNegocio, Indisponivel, NaoEncontrado

ESPERA_S: Final = 10


def produto_desconhecido(cod_produto: str) -> NaoEncontrado:
    return NaoEncontrado(
        "produto_desconhecido", f"Produto {cod_produto} não existe nesta empresa.", field="cod_produto"
    )


def produto_duplicado(cod_produto: str) -> Conflito:
    return Conflito("produto_duplicado", f"Já existe o produto {cod_produto}.", field="cod_produto")


def registro_desconhecido(campo: str) -> NaoEncontrado:
    return NaoEncontrado("nao_encontrado", "Não encontrado nesta empresa.", field=campo)


def saldo_insuficiente(resta: Decimal, onde: str) -> Conflito:
    return Conflito(
        "quantidade_maior_que_saldo",
        f"A quantidade é maior que a disponível {onde}: {quantidade_formatada(resta)}.",
        field="quantidade",
        resta=str(resta),
    )


def estoque_insuficiente(saldo: Decimal) -> Conflito:
    return Conflito(
        "estoque_insuficiente",
        f"Estoque insuficiente: há {quantidade_formatada(saldo)} e a empresa não permite saldo negativo.",
        field="quantidade",
        saldo_atual=str(saldo),
    )


def ja_estornada() -> Conflito:
    return Conflito("movimentacao_ja_estornada", "Esta movimentação já foi estornada.")


def produto_ocupado() -> Indisponivel:
    return Indisponivel(
        "produto_ocupado", f"O produto está em uso por outro processo há mais de {ESPERA_S} segundos."
    )


def cache_em_reconstrucao() -> Indisponivel:
    return Indisponivel(
        "cache_em_reconstrucao", "Os saldos estão sendo reconstruídos após uma carga; tente em instantes."
    )


RESTRICOES: Final[dict[str, Callable[[], ErroDeNegocio]]] = {
    "estoque_mov_estorno_uniq": ja_estornada,
    "estoque_movimentacao_imutavel": lambda: Conflito(
        "movimentacao_imutavel", "Uma movimentação não se altera: estorne-a."
    ),
}
