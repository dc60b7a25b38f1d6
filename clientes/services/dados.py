"""A customer's data as any door hands them in, checked and normalised into the model's columns."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from clientes.models import Cliente, Municipio
from clientes.selectors import indice_de_municipios
from clientes.services.municipios import chave_do_municipio
from nucleo.documentos import TAMANHO_CPF, documento_normalizado
from nucleo.errors import ErroDeValidacao, ErrosDeValidacao
from nucleo.telefones import celular_normalizado, telefone_normalizado
from nucleo.textos import cep_normalizado, email_normalizado, sem_acentos, texto_limpo

_RUIDO = frozenset(
    ["a", "e", "o", "de", "da", "do", "das", "dos", "ltda", "me", "mei", "epp", "eireli", "sa", "s", "cia"]
)
_SONS = (("ph", "f"), ("y", "i"), ("w", "v"), ("z", "s"), ("k", "c"), ("th", "t"))


def dados_validados(dados: Mapping[str, Any], *, atual: Cliente | None = None) -> dict[str, Any]:
    """Return the model's columns for the given fields; raise ErrosDeValidacao naming every bad one.

    Without `atual` the required fields must be there. With it only what is given is checked and returned.
    """
    erros: list[ErroDeValidacao] = []
    limpos: dict[str, Any] = {}
    for campo, ler in _LEITORES.items():
        if campo in dados or (atual is None and campo == "nome"):
            _tentar(erros, limpos, campo, ler, dados.get(campo))
    if atual is None or {"municipio_ibge", "municipio", "uf"} & dados.keys():
        _tentar(erros, limpos, "municipio", lambda _: municipio_achado(dados), None)
    if not erros:
        _tentar(erros, limpos, "tipo_pessoa", lambda _: _tipo_de_pessoa(dados, limpos, atual), None)
    if erros:
        raise erros[0] if len(erros) == 1 else ErrosDeValidacao(erros)
    if "nome" in limpos:
        limpos["chave_nome"] = chave_do_nome(limpos["nome"])
    return limpos


def _tentar(
    erros: list[ErroDeValidacao], limpos: dict[str, Any], campo: str, ler: Callable[[Any], Any], valor: Any
) -> None:
    try:
        limpos[campo] = ler(valor)
    except ErroDeValidacao as erro:
        erros.append(erro)


def municipio_achado(dados: Mapping[str, Any]) -> Municipio:
    """Find the municipality by `municipio_ibge`, or by `municipio` and `uf`; both must agree if given.

    Raises `campo_obrigatorio`, `municipio_desconhecido` (also where the name alone is ambiguous).
    """
    ibge, nome, uf = dados.get("municipio_ibge"), dados.get("municipio"), dados.get("uf")
    if ibge in (None, "") and nome in (None, ""):
        raise ErroDeValidacao(
            "campo_obrigatorio",
            "Informe o município: municipio_ibge, ou municipio e uf.",
            field="municipio_ibge",
        )
    if ibge in (None, ""):
        return _por_nome(nome, uf)
    achado = _por_ibge(ibge)
    if nome not in (None, "") and _por_nome(nome, uf or achado.uf) != achado:
        raise _desconhecido(f"O código {achado.pk} é de {achado}, não de {nome}.", "municipio_ibge")
    return achado


def documento_ou_nada(valor: Any) -> str:
    """Return the normalised document, or nothing where there is none or it is bad."""
    try:
        return documento_normalizado(valor)
    except ErroDeValidacao:
        return ""


def _por_ibge(ibge: Any) -> Municipio:
    texto = str(ibge).strip()
    if isinstance(ibge, bool) or not re.fullmatch(r"[0-9]{7}", texto):
        raise _desconhecido("O código IBGE do município tem 7 algarismos.", "municipio_ibge")
    achado = indice_de_municipios().por_ibge.get(int(texto))
    if achado is None:
        raise _desconhecido(f"Nenhum município tem o código IBGE {texto}.", "municipio_ibge")
    return achado


def _por_nome(nome: Any, uf: Any) -> Municipio:
    nome, uf = texto_limpo(nome, campo="municipio", maximo=80), texto_limpo(uf, campo="uf", maximo=2).upper()
    indice = indice_de_municipios()
    chave = chave_do_municipio(nome)
    ufs = indice.ufs.get(chave, [])
    if not uf:
        onde = f" (existe em {', '.join(sorted(ufs))})" if ufs else ""
        raise _desconhecido(f"Informe também a UF do município {nome}{onde}.", "uf")
    achado = indice.por_nome.get((chave, uf))
    if achado is None:
        onde = f"; existe em {', '.join(sorted(ufs))}" if ufs else ""
        raise _desconhecido(f"Não há município chamado {nome} em {uf}{onde}.", "municipio")
    return achado


def _desconhecido(detalhe: str, campo: str) -> ErroDeValidacao:
    return ErroDeValidacao("municipio_desconhecido", detalhe, field=campo)


def _tipo_de_pessoa(dados: Mapping[str, Any], limpos: Mapping[str, Any], atual: Cliente | None) -> str:
    """The document decides; what is said beside it must agree."""
    dito = dados.get("tipo_pessoa") or ""
    if dito and dito not in Cliente.TipoPessoa.values:
        raise ErroDeValidacao("valor_invalido", "O tipo é fisica ou juridica.", field="tipo_pessoa")
    documento = limpos.get("cpf_cnpj", atual.cpf_cnpj if atual else "")
    if not documento:
        return dito or (atual.tipo_pessoa if atual else _sem_documento(limpos))
    fisica = len(documento) == TAMANHO_CPF
    tipo = Cliente.TipoPessoa.FISICA if fisica else Cliente.TipoPessoa.JURIDICA
    if dito and dito != tipo:
        raise ErroDeValidacao(
            "valor_invalido",
            f"O documento é um {'CPF' if fisica else 'CNPJ'}: o tipo é {tipo.value}.",
            field="tipo_pessoa",
        )
    return tipo.value


def _sem_documento(limpos: Mapping[str, Any]) -> str:
    juridica = limpos.get("nome_fantasia") or limpos.get("inscricao_estadual")
    return (Cliente.TipoPessoa.JURIDICA if juridica else Cliente.TipoPessoa.FISICA).value


def chave_do_nome(nome: str) -> str:
    """Return how a name sounds, without company suffixes: what likely duplicates have in common.

    "José da Silva" and "JOSE SILVA", "Retífica Souza Ltda" and "Retifica Sousa ME", "Auto Peças" and "Auto
    Peça", "Pereira" and the slip "Pereria" are equal.
    """
    palavras = re.findall(r"[a-z0-9]+", sem_acentos(nome).casefold())
    fortes = [palavra for palavra in palavras if palavra not in _RUIDO] or palavras
    return " ".join(sorted(_som(palavra) for palavra in fortes))[:150]


def _som(palavra: str) -> str:
    if not palavra.isalpha():
        return palavra
    for escrita, som in _SONS:
        palavra = palavra.replace(escrita, som)
    # An H is silent except in CH, LH and NH; doubled letters sound like one.
    palavra = re.sub(r"(?<![cln])h", "", palavra)
    palavra = re.sub(r"([a-z])\1+", r"\1", palavra)
    # A plural is no other name, and the commonest slip of a typist swaps two letters.
    singular = palavra[:-1] if len(palavra) > 4 and palavra.endswith("s") else palavra
    return "".join(sorted(singular))


def _texto(
    campo: str, maximo: int, *, obrigatorio: bool = False, linhas: bool = False
) -> Callable[[Any], str]:
    return lambda valor: texto_limpo(
        valor, campo=campo, maximo=maximo, obrigatorio=obrigatorio, linhas=linhas
    )


def _opcional(campo: str, ler: Callable[..., str]) -> Callable[[Any], str]:
    return lambda valor: "" if valor is None or valor == "" else ler(valor, campo=campo)


def _inscricao(valor: Any) -> str:
    texto = texto_limpo(valor, campo="inscricao_estadual", maximo=30).upper()
    if texto in ("", "ISENTO", "ISENTA"):
        return texto and "ISENTO"
    nua = re.sub(r"[\s./-]", "", texto)
    if not re.fullmatch(r"P?[0-9]{2,14}", nua):
        raise ErroDeValidacao(
            "inscricao_estadual_invalida",
            "Inscrição estadual: de 2 a 14 algarismos, ou ISENTO.",
            field="inscricao_estadual",
        )
    return nua


def _ativo(valor: Any) -> bool:
    if isinstance(valor, bool):
        return valor
    texto = sem_acentos(str(valor)).strip().casefold()
    if texto in ("", "none", "sim", "s", "true", "1", "ativo"):
        return True
    if texto in ("nao", "n", "false", "0", "inativo"):
        return False
    raise ErroDeValidacao("valor_invalido", "Escreva sim ou não.", field="ativo")


_LEITORES: dict[str, Callable[[Any], Any]] = {
    "nome": _texto("nome", 150, obrigatorio=True),
    "nome_fantasia": _texto("nome_fantasia", 150),
    "cpf_cnpj": _opcional("cpf_cnpj", documento_normalizado),
    "inscricao_estadual": _inscricao,
    "telefone": _opcional("telefone", telefone_normalizado),
    "telefone_secundario": _opcional("telefone_secundario", telefone_normalizado),
    "whatsapp": _opcional("whatsapp", celular_normalizado),
    "email": _opcional("email", email_normalizado),
    "email_financeiro": _opcional("email_financeiro", email_normalizado),
    "cep": _opcional("cep", cep_normalizado),
    "logradouro": _texto("logradouro", 150),
    "numero": _texto("numero", 20),
    "complemento": _texto("complemento", 80),
    "bairro": _texto("bairro", 80),
    "endereco_entrega": _texto("endereco_entrega", 500, linhas=True),
    "observacoes": _texto("observacoes", 4000, linhas=True),
    "ativo": _ativo,
}
CAMPOS = (*_LEITORES, "tipo_pessoa", "municipio_ibge", "municipio", "uf")
