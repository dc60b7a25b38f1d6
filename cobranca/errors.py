"""Errors of billing, one function each: a code means one thing and is written once."""

from nucleo.errors import Conflito, ErroDeValidacao, NaoEncontrado


def ciclo_duplicado(external_billing_id: str) -> Conflito:
    return Conflito(
        "ciclo_duplicado",
        f"Já existe um ciclo ativo para a cobrança {external_billing_id}.",
        field="external_billing_id",
    )


def ciclo_encerrado(external_billing_id: str, situacao: str) -> Conflito:
    return Conflito(
        "ciclo_encerrado", f"O ciclo {external_billing_id} já está encerrado ({situacao.lower()})."
    )


def ciclo_desconhecido(external_billing_id: str) -> NaoEncontrado:
    return NaoEncontrado("nao_encontrado", f"Não há ciclo para a cobrança {external_billing_id}.")


def contato_optout() -> ErroDeValidacao:
    return ErroDeValidacao(
        "contato_optout", "Este contato pediu para não receber mensagens.", field="telefone"
    )


def regua_desconhecida(nome: object) -> ErroDeValidacao:
    return ErroDeValidacao("regua_desconhecida", f"Não há régua ativa {nome!r}.", field="regua")


def regua_vazia(nome: str) -> ErroDeValidacao:
    return ErroDeValidacao("regua_vazia", f"A régua {nome} não tem passos.", field="regua")


def template_invalido(detalhe: str) -> ErroDeValidacao:
    return ErroDeValidacao("template_invalido", detalhe, field="texto")


def lote_muito_grande(maximo: int) -> ErroDeValidacao:
    return ErroDeValidacao("lote_muito_grande", f"O lote aceita até {maximo} itens.", field="itens")
