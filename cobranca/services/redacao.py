"""From a wording to a text: variables filled in from the ledger, and the text compared with the ledger."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from cobranca.models import Mensagem, Template, Variacao
from cobranca.services.padroes import CONFIRMACAO, GENERICO
from cobranca.services.referencias import com_referencia, referencia_de
from nucleo.decimais import reais
from nucleo.errors import ErroDeValidacao
from nucleo.models import Empresa
from nucleo.pix import codigo_pix, txid_de

VARIAVEIS: Final = (
    "nome",
    "valor",
    "vencimento",
    "dias_atraso",
    "empresa",
    "orcamento",
    "pix_copia_cola",
    "referencia",
)
VARIAVEL: Final = re.compile(r"\{([a-z_]+)\}")
_DINHEIRO = re.compile(r"R\$\s*([\d.,]*\d)")
_DATA = re.compile(r"(?<![\d/.-])(\d{1,2})/(\d{1,2})/(\d{2,4})(?![\d/])|(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")


@dataclass(frozen=True)
class Livro:
    """What the ledger says of one message now; the only source of its variables."""

    nome: str
    valor: Decimal
    vencimento: date
    hoje: date
    empresa: Empresa
    orcamento: str
    referencia: str

    def variaveis(self) -> dict[str, str]:
        """Return every variable with its text."""
        return {
            "nome": self.nome,
            "valor": reais(self.valor),
            "vencimento": f"{self.vencimento:%d/%m/%Y}",
            "dias_atraso": str(max(0, (self.hoje - self.vencimento).days)),
            "empresa": self.empresa.nome,
            "orcamento": self.orcamento,
            "pix_copia_cola": pix_do_ciclo(
                empresa=self.empresa, valor=self.valor, identificador=self.orcamento
            ),
            "referencia": self.referencia,
        }


def livro_da(*, empresa: Empresa, mensagem: Mensagem, hoje: date) -> Livro:
    """What the ledger says of this message today."""
    ciclo = mensagem.ciclo
    return Livro(
        nome=ciclo.contato.nome,
        valor=ciclo.valor,
        vencimento=ciclo.vencimento,
        hoje=hoje,
        empresa=empresa,
        orcamento=ciclo.external_billing_id,
        referencia=referencia_de(mensagem.pk),
    )


def pix_do_ciclo(*, empresa: Empresa, valor: Decimal, identificador: str) -> str:
    """Return the Pix copy-and-paste text of a charge, or nothing where the empresa's key is not usable."""
    if not empresa.chave_pix:
        return ""
    try:
        return codigo_pix(
            chave=empresa.chave_pix,
            nome=empresa.razao_social or empresa.nome,
            cidade=empresa.cidade or "Brasil",
            valor=valor,
            txid=txid_de(identificador),
        )
    except ErroDeValidacao:
        return ""


@dataclass(frozen=True)
class Redigida:
    """A finished text: which wording, what had to be said about it, and why it may not leave, if so."""

    texto: str
    variacao_id: int | None = None
    aviso: str = ""
    divergencias: list[str] = field(default_factory=list)


def redigir(*, modelo: str, livro: Livro, variacao_id: int | None = None, aviso: str = "") -> Redigida:
    """Fill a wording in, and compare what came out with the ledger."""
    variaveis = livro.variaveis()
    texto = com_referencia(preencher(modelo, variaveis), livro.referencia)
    return Redigida(texto, variacao_id, aviso, divergencias(modelo, texto, livro, variaveis))


def preencher(modelo: str, variaveis: Mapping[str, str]) -> str:
    """Replace each variable once, in one pass: what a name contains is never read as a variable.

    A line whose variable is empty (no Pix key) vanishes.
    """
    prontas = []
    for partes in _linhas(modelo):
        valores = [variaveis.get(nome, "") for nome in partes[1::2]]
        if all(valores):
            cheia = list(partes)
            cheia[1::2] = valores
            prontas.append("".join(cheia))
    return "\n".join(prontas).strip()


@lru_cache(maxsize=256)
def _linhas(modelo: str) -> tuple[tuple[str, ...], ...]:
    """Split each line at its variables: words and the names of variables take turns."""
    return tuple(tuple(VARIAVEL.split(linha)) for linha in modelo.split("\n"))


def divergencias(modelo: str, texto: str, livro: Livro, variaveis: Mapping[str, str]) -> list[str]:
    """Say what in a rendered text is not what the ledger says; such a text is held, never sent."""
    achadas = []
    usadas = {nome for partes in _linhas(modelo) for nome in partes[1::2]}
    for nome, rotulo in (("nome", "o nome"), ("valor", "o valor"), ("vencimento", "o vencimento")):
        if nome in usadas and variaveis[nome] not in texto:
            achadas.append(f"O texto não traz {rotulo} do ciclo.")
    # Names may contain anything: only what the wording itself says is compared.
    nu = preencher(modelo, {**variaveis, **dict.fromkeys(("nome", "empresa", "orcamento"), "x")})
    nu = nu.replace(variaveis["pix_copia_cola"], "") if variaveis["pix_copia_cola"] else nu
    achadas += [
        f"O texto diz R$ {valor}, o ciclo é de {variaveis['valor']}."
        for valor in _DINHEIRO.findall(nu)
        if _decimal(valor) != livro.valor
    ]
    achadas += [
        f"O texto diz {data}, o vencimento é {variaveis['vencimento']}."
        for data in _datas(nu)
        if data != variaveis["vencimento"]
    ]
    return achadas


def _decimal(texto: str) -> Decimal | None:
    if re.fullmatch(r"\d{1,3}(\.\d{3})*(,\d{1,2})?|\d+(,\d{1,2})?", texto):
        return Decimal(texto.replace(".", "").replace(",", "."))
    return Decimal(texto) if re.fullmatch(r"\d+\.\d{1,2}", texto) else None


def _datas(texto: str) -> list[str]:
    datas = []
    for dia, mes, ano, ano_iso, mes_iso, dia_iso in _DATA.findall(texto):
        partes = (dia, mes, ano) if dia else (dia_iso, mes_iso, ano_iso)
        ano_cheio = partes[2] if len(partes[2]) == 4 else f"20{partes[2]}"
        datas.append(f"{int(partes[0]):02d}/{int(partes[1]):02d}/{ano_cheio}")
    return datas


class Redator:
    """The templates of an empresa, read once per round."""

    def __init__(self, empresa: Empresa) -> None:
        self.empresa = empresa
        self.templates = {t.pk: t for t in Template.objects.filter(empresa=empresa)}
        self.variacoes: dict[int, list[Variacao]] = {}
        for variacao in Variacao.objects.filter(empresa=empresa, ativa=True).order_by("id"):
            self.variacoes.setdefault(variacao.template_id, []).append(variacao)
        self.generico = next((t for t in self.templates.values() if t.generico), None)

    def redigir(self, *, mensagem: Mensagem, livro: Livro) -> Redigida:
        """Fill in the wording whose turn it is; the generic one where the template cannot be used."""
        if mensagem.tipo == Mensagem.Tipo.CONFIRMACAO:
            return redigir(modelo=CONFIRMACAO, livro=livro)
        # By the ciclo, not by the message: a régua of four steps would always meet the same of two wordings.
        vez = mensagem.ciclo_id + mensagem.passo
        return self.redigir_template(template_id=mensagem.template_id, vez=vez, livro=livro)

    def redigir_template(self, *, template_id: int | None, vez: int, livro: Livro) -> Redigida:
        """Fill in one template, as `redigir` does for a message."""
        variacao, aviso = self._escolher(template_id, vez)
        modelo = variacao.texto if variacao else GENERICO
        return redigir(modelo=modelo, livro=livro, variacao_id=variacao.pk if variacao else None, aviso=aviso)

    def _escolher(self, template_id: int | None, vez: int) -> tuple[Variacao | None, str]:
        template = self.templates.get(template_id) if template_id else None
        if template is not None and template.ativo and self.variacoes.get(template.pk):
            opcoes = self.variacoes[template.pk]
            return opcoes[vez % len(opcoes)], ""
        aviso = _aviso_da_falta(template)
        genericas = self.variacoes.get(self.generico.pk, []) if self.generico else []
        return (genericas[vez % len(genericas)] if genericas else None), aviso


def _aviso_da_falta(template: Template | None) -> str:
    if template is None:
        return "Passo sem template: saiu o genérico."
    if not template.ativo:
        return f"Modelo “{template.nome}” desligado: saiu o genérico."
    return f"Modelo “{template.nome}” sem variação ativa: saiu o genérico."
