"""What can go wrong with a quote, in the words of the office."""

from datetime import date

from nucleo.errors import Conflito, ErroDeValidacao, Indisponivel, NaoEncontrado


def orcamento_nao_encontrado() -> NaoEncontrado:
    """No such quote in this empresa."""
    return NaoEncontrado("orcamento_nao_encontrado", "Orçamento não encontrado nesta empresa.")


def estado_invalido(numero: str, situacao: str, verbo: str) -> Conflito:
    """The quote is in a state from which this cannot be done (any more)."""
    return Conflito(
        "estado_invalido",
        f"O orçamento {numero} está {situacao.lower()} e não pode ser {verbo}.",
        status_atual=situacao.lower(),
    )


def versao_desatualizada(numero: str, atual: int) -> Conflito:
    """Somebody changed the quote after the caller read it."""
    return Conflito(
        "versao_desatualizada",
        f"O orçamento {numero} foi alterado por outra pessoa (versão atual: {atual}); abra-o de novo.",
        field="versao",
        versao_atual=atual,
    )


def orcamento_vencido(numero: str, validade: date) -> Conflito:
    """The validity has ended, whether or not the daily task has said so yet."""
    return Conflito(
        "orcamento_vencido",
        f"A validade do orçamento {numero} terminou em {validade:%d/%m/%Y}; revise-o com nova validade.",
        field="validade",
    )


def numero_duplicado(numero: str) -> Conflito:
    """A legacy number that this empresa already has."""
    return Conflito(
        "budget_number_duplicado", f"O orçamento {numero} já existe nesta empresa.", field="budget_number"
    )


def numero_em_conflito(tentativas: int) -> Indisponivel:
    """Numbers kept being there already: somebody else is numbering this series."""
    return Indisponivel(
        "budget_number_em_conflito",
        f"Não foi possível obter um número livre em {tentativas} tentativas; tente de novo.",
    )


def numeros_esgotados(ano: int) -> Conflito:
    """The year's 999,999,999 numbers are used up."""
    return Conflito("budget_number_esgotado", f"Os números de {ano} acabaram; fale com o suporte.")


def ano_ja_numerado(numero: str, ano: int) -> ErroDeValidacao:
    """A numbered document does not change years."""
    return ErroDeValidacao(
        "data_fora_do_intervalo",
        f"O orçamento {numero} é de {ano}: a data pode mudar só dentro desse ano.",
        field="data",
    )
