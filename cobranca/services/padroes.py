"""What a new empresa starts with: the default régua and generic templates, and no business hours."""

from typing import Final

from cobranca.models import ConfiguracaoCobranca, Passo, Regua, Template, Variacao
from nucleo.models import Empresa

GENERICO: Final = (
    "Olá, {nome}! Aqui é {empresa}. Sobre a cobrança {orcamento}, de {valor}, com vencimento em"
    " {vencimento}: qualquer dúvida, responda esta mensagem.\n"
    "Pix copia e cola: {pix_copia_cola}\n"
    "Ref. {referencia}"
)
TEMPLATES: Final[dict[str, tuple[str, ...]]] = {
    "Lembrete antes do vencimento": (
        "Olá, {nome}! Passando para lembrar: {orcamento}, de {valor}, vence em {vencimento}. — {empresa}\n"
        "Pix copia e cola: {pix_copia_cola}\nRef. {referencia}",
        "Oi, {nome}, tudo bem? A cobrança {orcamento} ({valor}) vence em {vencimento}. — {empresa}\n"
        "Pix copia e cola: {pix_copia_cola}\nRef. {referencia}",
    ),
    "Dia do vencimento": (
        "Olá, {nome}! Hoje, {vencimento}, vence {orcamento}, de {valor}. — {empresa}\n"
        "Pix copia e cola: {pix_copia_cola}\nRef. {referencia}",
        "Oi, {nome}! {orcamento}, de {valor}, vence hoje ({vencimento}). — {empresa}\n"
        "Pix copia e cola: {pix_copia_cola}\nRef. {referencia}",
    ),
    "Cobrança em atraso": (
        "Olá, {nome}. {orcamento}, de {valor}, venceu em {vencimento} (dias em atraso: {dias_atraso})."
        " Se já pagou, desconsidere. — {empresa}\n"
        "Pix copia e cola: {pix_copia_cola}\nRef. {referencia}",
        "{nome}, ainda não identificamos o pagamento de {orcamento} ({valor}), vencido em {vencimento}."
        " Podemos ajudar? — {empresa}\nPix copia e cola: {pix_copia_cola}\nRef. {referencia}",
    ),
}
AGRADECIMENTO: Final = "Agradecimento"
TEXTO_AGRADECIMENTO: Final = (
    "Olá, {nome}! Recebemos o pagamento de {orcamento}, de {valor}. Obrigado! — {empresa}\nRef. {referencia}"
)
CONFIRMACAO: Final = (
    "Pronto, {nome}: você não receberá mais mensagens automáticas de {empresa}.\nRef. {referencia}"
)
PASSOS: Final = (
    (-3, "Lembrete antes do vencimento"),
    (0, "Dia do vencimento"),
    (3, "Cobrança em atraso"),
    (7, "Cobrança em atraso"),
)


def padroes_criar(*, empresa: Empresa) -> Regua:
    """Create configuration, templates and the default régua of a new empresa, in the caller's transaction."""
    ConfiguracaoCobranca.objects.create(empresa=empresa)
    _template(empresa, "Genérico", (GENERICO,), generico=True)
    _template(empresa, AGRADECIMENTO, (TEXTO_AGRADECIMENTO,))
    templates = {nome: _template(empresa, nome, textos) for nome, textos in TEMPLATES.items()}
    regua = Regua.objects.create(empresa=empresa, nome="Padrão", padrao=True)
    Passo.objects.bulk_create(
        Passo(empresa=empresa, regua=regua, dias=dias, template=templates[nome]) for dias, nome in PASSOS
    )
    return regua


def _template(empresa: Empresa, nome: str, textos: tuple[str, ...], *, generico: bool = False) -> Template:
    template = Template.objects.create(empresa=empresa, nome=nome, generico=generico)
    Variacao.objects.bulk_create(
        Variacao(empresa=empresa, template=template, texto=texto) for texto in textos
    )
    return template
