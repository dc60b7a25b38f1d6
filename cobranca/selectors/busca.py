"""Finding charges in the office: by identifier, or by who is reminded, accents or not."""

from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.functions import Lower

from cobranca.models import Ciclo, Contato, Mensagem
from nucleo.telefones import chave_telefone
from nucleo.textos import chave_de_busca

_COM = "áàâãäéèêëíìîïóòôõöúùûüç"
_SEM = "aaaaaeeeeiiiiooooouuuuc"
TERMO_MAXIMO = 120


def contatos_buscados(contatos: QuerySet[Contato], termo: str) -> QuerySet[Contato]:
    """Return those whose phone or customer's code is `termo`, or whose name contains it."""
    termo = termo.replace("\x00", "").strip()[:TERMO_MAXIMO]
    nome = Func(Lower(F("nome")), Value(_COM), Value(_SEM), function="translate")
    igual = Q(codigo_cliente=termo.upper()) | Q(nome_de_busca__contains=chave_de_busca(termo))
    if chave := chave_telefone(termo):
        igual |= Q(chave_fone=chave)
    return contatos.annotate(nome_de_busca=nome).filter(igual)


def ciclos_buscados(ciclos: QuerySet[Ciclo], termo: str) -> QuerySet[Ciclo]:
    """Return those with this identifier, or of a contact found by it."""
    de_quem = contatos_buscados(Contato.objects.all(), termo).values("pk")
    limpo = termo.replace("\x00", "").strip()
    return ciclos.filter(Q(external_billing_id=limpo) | Q(contato__in=de_quem))


def mensagens_buscadas(mensagens: QuerySet[Mensagem], termo: str) -> QuerySet[Mensagem]:
    """Return the messages of the charges found by `termo`."""
    return mensagens.filter(ciclo__in=ciclos_buscados(Ciclo.objects.all(), termo).values("pk"))
