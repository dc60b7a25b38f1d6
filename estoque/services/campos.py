"""Reading the inputs of the stock's services: each refusal names its field."""

from datetime import date
from decimal import Decimal

from estoque.errors import produto_desconhecido, saldo_insuficiente
from estoque.models import QUANTIDADE_MAXIMA, Produto
from nucleo.datas import data_lida, data_no_intervalo, hoje
from nucleo.decimais import decimal_lido
from nucleo.errors import Conflito
from nucleo.models import Empresa

CASAS = 3
MENOR = Decimal("0.001")
DEZ_ANOS = 3660


def quantidade_lida(valor: object, campo: str = "quantidade") -> Decimal:
    """A quantity above zero with at most three places. Raises `valor_invalido`."""
    return decimal_lido(valor, casas=CASAS, minimo=MENOR, maximo=QUANTIDADE_MAXIMA, campo=campo)


def quantidade_com_sinal(valor: object, campo: str = "quantidade") -> Decimal:
    """A signed quantity, not zero (an ajuste). Raises `valor_invalido`."""
    lida = decimal_lido(valor, casas=CASAS, minimo=-QUANTIDADE_MAXIMA, maximo=QUANTIDADE_MAXIMA, campo=campo)
    return lida if lida else quantidade_lida(lida, campo)


def data_planejada(valor: object, *, empresa: Empresa, campo: str) -> date:
    """A date of planned demand or supply, within ten years. Raises `data_invalida`, `data_fora_...`."""
    return data_no_intervalo(
        data_lida(valor, campo=campo),
        referencia=hoje(empresa.fuso),
        dias_antes=DEZ_ANOS,
        dias_depois=DEZ_ANOS,
        campo=campo,
    )


def data_de_movimento(valor: object, *, empresa: Empresa, campo: str = "data") -> date:
    """The date of a movement: today by default, never after it."""
    agora = hoje(empresa.fuso)
    if valor is None or valor == "":
        return agora
    return data_no_intervalo(data_lida(valor, campo=campo), referencia=agora, dias_depois=0, campo=campo)


def produto_do_codigo(*, empresa: Empresa, cod_produto: str) -> Produto:
    """Find a product by its code. Raises NaoEncontrado `produto_desconhecido`."""
    produto = Produto.objects.filter(empresa=empresa, cod_produto=cod_produto).first()
    if produto is None:
        raise produto_desconhecido(cod_produto)
    return produto


def quantidade_a_mover(valor: object, *, resta: Decimal, onde: str) -> Decimal:
    """How much leaves a stage: all that is left by default, never more than that.

    Read under the stage row's lock. Raises Conflito `nada_a_mover`, `quantidade_maior_que_saldo`.
    """
    pedida = None if valor is None or valor == "" else quantidade_lida(valor)
    if resta <= 0:
        raise Conflito("nada_a_mover", f"Não resta quantidade {onde}.", field="quantidade")
    if pedida is not None and pedida > resta:
        raise saldo_insuficiente(resta, onde)
    return resta if pedida is None else pedida
