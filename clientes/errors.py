"""What can go wrong with a customer, in the words of the office."""

from nucleo.errors import Conflito, ErroDeValidacao, Indisponivel


class CodigoEsgotado(Conflito):
    """The four characters are used up: nothing but a person's decision helps."""

    def __init__(self, numero: int) -> None:
        super().__init__(
            "codigo_esgotado",
            "Os códigos deste município acabaram (ZZZZ já foi usado); fale com o suporte.",
            field="municipio_ibge",
            numero=numero,
        )
        self.numero = numero
        self.municipio_id: int | None = None

    def __reduce__(self) -> tuple[type, tuple[int]]:
        return CodigoEsgotado, (self.numero,)


class CodigoEmConflito(Indisponivel):
    """Five codes in a row were already there: somebody else is numbering this municipality."""

    def __init__(self, tentativas: int) -> None:
        super().__init__(
            "codigo_em_conflito",
            f"Não foi possível obter um código livre em {tentativas} tentativas; tente de novo.",
            field="codigo_cliente",
        )
        self.tentativas = tentativas

    def __reduce__(self) -> tuple[type, tuple[int]]:
        return CodigoEmConflito, (self.tentativas,)


def documento_duplicado(codigo_cliente: str) -> Conflito:
    """The document belongs to another customer of this empresa, named by its code."""
    return Conflito(
        "cpf_cnpj_duplicado",
        f"Este CPF/CNPJ já está no cadastro do cliente {codigo_cliente}.",
        field="cpf_cnpj",
        codigo_cliente=codigo_cliente,
    )


def codigo_duplicado(codigo_cliente: str) -> Conflito:
    """A legacy code that this empresa already has."""
    return Conflito(
        "codigo_duplicado",
        f"O código {codigo_cliente} já está em uso nesta empresa.",
        field="codigo_cliente",
        codigo_cliente=codigo_cliente,
    )


def repetido_no_lote(campo: str) -> Conflito:
    """An earlier item of the same file or batch has this document or code already."""
    documento = campo == "cpf_cnpj"
    return Conflito(
        "cpf_cnpj_duplicado" if documento else "codigo_duplicado",
        f"Este {'CPF/CNPJ' if documento else 'código'} já veio antes, no mesmo envio.",
        field=campo,
    )


def codigo_e_nosso() -> ErroDeValidacao:
    """A new customer came with a code of its own, where only we give codes."""
    return ErroDeValidacao(
        "codigo_imutavel",
        "O código é dado ao criar; um código antigo entra pela importação de planilhas.",
        field="codigo_cliente",
    )
