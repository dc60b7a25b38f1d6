"""Wordings: checked when saved, filled in when sent, and compared with the ledger before they leave."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction

from cobranca.errors import template_invalido
from cobranca.models import Mensagem, Template, Variacao
from cobranca.services.padroes import CONFIRMACAO, GENERICO
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.decimais import reais
from nucleo.errors import Conflito, ErroDeValidacao
from nucleo.models import Empresa
from nucleo.pix import codigo_pix, txid_de
from nucleo.services.auditoria import auditar
from nucleo.textos import texto_limpo

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
TEXTO_MAXIMO: Final = 3000
_VARIAVEL = re.compile(r"\{([a-z_]+)\}")
_ALFABETO = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Odd, so multiplying by it modulo a power of two loses nothing: every id has a reference of its own.
_ESPALHA, _BITS = 0x9E3779B97F4A7C15 & ((1 << 45) - 1) | 1, 45
_JUNTA = pow(_ESPALHA, -1, 1 << _BITS)
_REFERENCIA = re.compile(rf"(?<![0-9A-Z])[{_ALFABETO}]{{9}}(?![0-9A-Z])")
_DINHEIRO = re.compile(r"R\$\s*([\d.,]*\d)")
_DATA = re.compile(r"(?<![\d/.-])(\d{1,2})/(\d{1,2})/(\d{2,4})(?![\d/])|(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")


def referencia_de(mensagem_id: int) -> str:
    """Return the reference by which a message is found at the gateway: nine characters, one per id."""
    numero = (mensagem_id * _ESPALHA) % (1 << _BITS)
    return "".join(_ALFABETO[(numero >> (5 * i)) & 31] for i in range(_BITS // 5))


def ids_das_referencias(texto: str) -> list[int]:
    """Return the message ids that the references in a text stand for (there may be chance hits)."""
    ids = []
    for achada in _REFERENCIA.findall(texto.upper())[:20]:
        numero = sum(_ALFABETO.index(letra) << (5 * i) for i, letra in enumerate(achada))
        ids.append((numero * _JUNTA) % (1 << _BITS))
    return ids


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


@dataclass(frozen=True)
class Redigida:
    """A finished text: which wording, what had to be said about it, and why it may not leave, if so."""

    texto: str
    variacao_id: int | None
    aviso: str = ""
    divergencias: list[str] = field(default_factory=list)


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
            return Redigida(com_referencia(preencher(CONFIRMACAO, livro.variaveis()), livro.referencia), None)
        # By the ciclo, not by the message: a régua of four steps would always meet the same of two wordings.
        vez = mensagem.ciclo_id + mensagem.passo
        return self.redigir_template(template_id=mensagem.template_id, vez=vez, livro=livro)

    def redigir_template(self, *, template_id: int | None, vez: int, livro: Livro) -> Redigida:
        """Fill in one template, as `redigir` does for a message."""
        variacao, aviso = self._escolher(template_id, vez)
        modelo = variacao.texto if variacao else GENERICO
        variaveis = livro.variaveis()
        texto = com_referencia(preencher(modelo, variaveis), livro.referencia)
        return Redigida(
            texto, variacao.pk if variacao else None, aviso, divergencias(modelo, texto, livro, variaveis)
        )

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


def preencher(modelo: str, variaveis: Mapping[str, str]) -> str:
    """Replace each variable once, in one pass: what a name contains is never read as a variable.

    A line whose variable is empty (no Pix key) vanishes.
    """
    linhas = [
        linha
        for linha in modelo.split("\n")
        if all(variaveis.get(nome, "") for nome in _VARIAVEL.findall(linha))
    ]
    return _VARIAVEL.sub(lambda achado: variaveis[achado[1]], "\n".join(linhas)).strip()


def com_referencia(texto: str, referencia: str) -> str:
    """Make sure that the text can be found again at the gateway."""
    return texto if referencia in texto else f"{texto}\nRef. {referencia}"


def texto_validado(texto: object) -> str:
    """Return the cleaned wording; raise ErroDeValidacao `template_invalido` naming the brace or variable."""
    try:
        limpo = texto_limpo(texto, campo="texto", maximo=TEXTO_MAXIMO, obrigatorio=True, linhas=True)
    except ErroDeValidacao as exc:
        raise template_invalido(exc.detail) from exc
    for nome in re.findall(r"\{([^{}]*)\}", limpo):
        if nome not in VARIAVEIS:
            raise template_invalido(f"Variável desconhecida {{{nome}}}. Conhecidas: {', '.join(VARIAVEIS)}.")
    sobra = _VARIAVEL.sub("", limpo)
    if "{" in sobra or "}" in sobra:
        raise template_invalido("Chaves só em volta do nome de uma variável, uma por vez.")
    return limpo


def divergencias(modelo: str, texto: str, livro: Livro, variaveis: Mapping[str, str]) -> list[str]:
    """Say what in a rendered text is not what the ledger says; such a text is held, never sent."""
    achadas = []
    usadas = {nome for linha in modelo.split("\n") for nome in _VARIAVEL.findall(linha)}
    for nome, rotulo in (("nome", "o nome"), ("valor", "o valor"), ("vencimento", "o vencimento")):
        if nome in usadas and variaveis[nome] not in texto:
            achadas.append(f"O texto não traz {rotulo} do ciclo.")
    # Names may contain anything: only what the wording itself says is compared.
    nu = preencher(modelo, {**variaveis, **dict.fromkeys(("nome", "empresa", "orcamento"), "x")})
    nu = nu.replace(variaveis["pix_copia_cola"], "") if variaveis["pix_copia_cola"] else nu
    achadas += [
        f"O texto diz R$ {valor}, o ciclo é de {reais(livro.valor)}."
        for valor in _DINHEIRO.findall(nu)
        if _decimal(valor) != livro.valor
    ]
    achadas += [
        f"O texto diz {data}, o vencimento é {livro.vencimento:%d/%m/%Y}."
        for data in _datas(nu)
        if data != f"{livro.vencimento:%d/%m/%Y}"
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


def template_salvar(
    *,
    empresa: Empresa,
    ator: Ator,
    nome: str,
    textos: Sequence[str],
    ativo: bool = True,
    template: Template | None = None,
) -> Template:
    """Create a template, or change one, with its active wordings. Audited.

    Wordings left out are switched off, not deleted: sent messages refer to them. Raises ErroDeValidacao
    `template_invalido`, Conflito `template_generico` for switching the generic one off.
    """
    limpos = [texto_validado(texto) for texto in textos]
    if not limpos and (template is None or template.generico):
        raise template_invalido("O modelo precisa de pelo menos uma variação.")
    if template is not None and template.generico and not ativo:
        raise Conflito("template_generico", "O modelo genérico não pode ser desligado.")
    nome = texto_limpo(nome, campo="nome", maximo=60, obrigatorio=True)
    with transaction.atomic():
        template = template or Template(empresa=empresa, versao=0)
        template.nome, template.ativo, template.versao = nome, ativo, template.versao + 1
        template.save()
        _trocar_variacoes(empresa, template, limpos)
        auditar(empresa=empresa, ator=ator, acao="template_salvo", objeto=template, para=nome)
    return template


def _trocar_variacoes(empresa: Empresa, template: Template, textos: Sequence[str]) -> None:
    atuais = {v.texto: v for v in Variacao.objects.filter(empresa=empresa, template=template)}
    Variacao.objects.filter(empresa=empresa, template=template).exclude(texto__in=textos).update(ativa=False)
    Variacao.objects.filter(empresa=empresa, template=template, texto__in=textos).update(ativa=True)
    Variacao.objects.bulk_create(
        Variacao(empresa=empresa, template=template, texto=texto)
        for texto in dict.fromkeys(textos)
        if texto not in atuais
    )


def amostra_de(*, empresa: Empresa, texto: str) -> Redigida:
    """Render a wording with made-up data, to see it before it is used."""
    vencimento = hoje(empresa.fuso) - timedelta(days=3)
    livro = Livro(
        nome="Maria da Silva",
        valor=Decimal("1234.56"),
        vencimento=vencimento,
        hoje=hoje(empresa.fuso),
        empresa=empresa,
        orcamento="ORC-2026-0001",
        referencia=referencia_de(1),
    )
    variaveis = livro.variaveis()
    pronto = com_referencia(preencher(texto, variaveis), livro.referencia)
    return Redigida(pronto, None, "", divergencias(texto, pronto, livro, variaveis))
