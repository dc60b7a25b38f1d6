"""What a caller says of a charge, read strictly: a bad field is an error that names it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from nucleo.datas import data_lida
from nucleo.decimais import decimal_lido
from nucleo.errors import ErroDeValidacao
from nucleo.telefones import celular_normalizado
from nucleo.textos import texto_limpo

VALOR_MAXIMO: Final = Decimal("9999999999.99")
INTERVALO: Final = timedelta(days=366)
CAMPOS: Final = ("external_billing_id", "nome", "telefone", "valor", "vencimento", "regua", "codigo_cliente")


@dataclass(frozen=True)
class DadosDoCiclo:
    """One charge as it will be stored: phone in E.164, value in cents exactly, date in range."""

    external_billing_id: str
    nome: str
    telefone: str
    valor: Decimal
    vencimento: date
    regua: str | int | None = None
    codigo_cliente: str = ""


def dados_lidos(item: object, *, hoje: date) -> DadosDoCiclo:
    """Read one item. Raises ErroDeValidacao with `campo_obrigatorio`, `telefone_invalido`,
    `valor_invalido`, `data_invalida`, `data_fora_do_intervalo`, `texto_invalido`, `campo_desconhecido`.
    """
    if not isinstance(item, Mapping):
        raise ErroDeValidacao("valor_invalido", "Cada item é um objeto com os campos da cobrança.")
    _conferir_campos(item)
    return DadosDoCiclo(
        external_billing_id=_identificador(item["external_billing_id"]),
        nome=texto_limpo(item["nome"], campo="nome", maximo=120, obrigatorio=True),
        telefone=celular_normalizado(item["telefone"]),
        valor=decimal_lido(
            item["valor"], casas=2, minimo=Decimal("0.01"), maximo=VALOR_MAXIMO, campo="valor"
        ),
        vencimento=vencimento_lido(item["vencimento"], hoje=hoje),
        regua=_regua(item.get("regua")),
        codigo_cliente=texto_limpo(item.get("codigo_cliente"), campo="codigo_cliente", maximo=20),
    )


def _conferir_campos(item: Mapping[Any, Any]) -> None:
    for campo in CAMPOS[:5]:
        if item.get(campo) in (None, ""):
            raise ErroDeValidacao("campo_obrigatorio", "Este campo é obrigatório.", field=campo)


def _identificador(valor: object) -> str:
    if isinstance(valor, int) and not isinstance(valor, bool):
        valor = str(valor)
    return texto_limpo(valor, campo="external_billing_id", maximo=100, obrigatorio=True)


def _regua(valor: object) -> str | int | None:
    if valor is None or valor == "":
        return None
    if isinstance(valor, bool) or not isinstance(valor, (str, int)):
        raise ErroDeValidacao("regua_desconhecida", "Informe o nome ou o id da régua.", field="regua")
    return valor


def vencimento_lido(valor: object, *, hoje: date) -> date:
    """Read the due date: within one year, past or future. Raises as `dados_lidos`."""
    vencimento = data_lida(valor, campo="vencimento")
    if abs(vencimento - hoje) > INTERVALO:
        raise ErroDeValidacao(
            "data_fora_do_intervalo",
            "O vencimento deve estar a no máximo um ano de hoje.",
            field="vencimento",
        )
    return vencimento
