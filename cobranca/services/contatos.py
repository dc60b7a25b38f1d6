"""Contacts: found or made with a ciclo, kept current, and left alone for good once they ask."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cobranca import locks
from cobranca.models import Ciclo, Contato, Mensagem
from cobranca.services.dados import DadosDoCiclo
from cobranca.services.paradas import mensagens_parar
from nucleo.ator import Ator
from nucleo.errors import Conflito
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar
from nucleo.telefones import chave_telefone


def contatos_resolver(*, empresa: Empresa, dados: Sequence[DadosDoCiclo]) -> list[Contato]:
    """Return the contato of each item, made or brought up to date. Inside the creation lock.

    A contato is known by `codigo_cliente`, else by its phone; one known by phone only takes the code of
    the first item that brings it. Opt-out is never touched here. Locks the contatos by id.
    """
    livro = _Livro(empresa, dados)
    return [livro.contato(item) for item in livro.gravar(dados)]


class _Livro:
    """The contatos of one chunk, read once under lock and written in bulk."""

    def __init__(self, empresa: Empresa, dados: Sequence[DadosDoCiclo]) -> None:
        self.empresa = empresa
        codigos = {item.codigo_cliente for item in dados if item.codigo_cliente}
        telefones = {item.telefone for item in dados}
        achados = locks.contatos(
            empresa=empresa, filtro=Q(codigo_cliente__in=codigos) | Q(telefone__in=telefones)
        )
        self.por_codigo = {c.codigo_cliente: c for c in achados if c.codigo_cliente}
        self.sem_codigo = {c.telefone: c for c in achados if not c.codigo_cliente}
        self.com_codigo = {c.telefone: c for c in reversed(achados) if c.codigo_cliente}
        self.novos: list[Contato] = []
        self.mudados: dict[int, Contato] = {}

    def contato(self, item: DadosDoCiclo) -> Contato:
        """Return the contato that `gravar` settled for this item."""
        achado = self._achar(item)
        if achado is None:
            raise LookupError(item.external_billing_id)
        return achado

    def gravar(self, dados: Sequence[DadosDoCiclo]) -> Sequence[DadosDoCiclo]:
        for item in dados:
            self._acertar(item)
        Contato.objects.bulk_create(self.novos)
        Contato.objects.bulk_update(
            self.mudados.values(), ["nome", "telefone", "chave_fone", "codigo_cliente", "atualizado_em"]
        )
        return dados

    def _achar(self, item: DadosDoCiclo) -> Contato | None:
        if item.codigo_cliente:
            return self.por_codigo.get(item.codigo_cliente)
        return self.sem_codigo.get(item.telefone) or self.com_codigo.get(item.telefone)

    def _acertar(self, item: DadosDoCiclo) -> None:
        contato = self._achar(item)
        if contato is None and item.codigo_cliente:
            contato = self.sem_codigo.pop(item.telefone, None)
        if contato is None:
            contato = Contato(empresa=self.empresa, codigo_cliente=item.codigo_cliente)
            self.novos.append(contato)
            _copiar(contato, item)
        elif _difere(contato, item):
            _copiar(contato, item)
            if contato.pk:
                self.mudados[contato.pk] = contato
        self._indexar(contato)

    def _indexar(self, contato: Contato) -> None:
        if contato.codigo_cliente:
            self.por_codigo[contato.codigo_cliente] = contato
            self.com_codigo.setdefault(contato.telefone, contato)
        else:
            self.sem_codigo[contato.telefone] = contato


def _difere(contato: Contato, item: DadosDoCiclo) -> bool:
    return (
        contato.nome != item.nome
        or contato.telefone != item.telefone
        or bool(item.codigo_cliente and contato.codigo_cliente != item.codigo_cliente)
    )


def _copiar(contato: Contato, item: DadosDoCiclo) -> None:
    contato.nome, contato.telefone = item.nome, item.telefone
    contato.chave_fone = chave_telefone(item.telefone) or ""
    contato.codigo_cliente = item.codigo_cliente or contato.codigo_cliente
    contato.atualizado_em = timezone.now()


def optout_registrar(
    *, empresa: Empresa, ator: Ator, chave_fone: str, motivo: str, em: datetime | None = None
) -> int:
    """Stop everything for whoever has this phone, at once; return how many contatos it was news to.

    Locks the empresa's creation of ciclos (else one being created under another name for this phone
    would be missed), contatos, then their ciclos, then messages. What is in flight looks once more before
    its call. Ciclos stay active (the debt is not paid), with nothing left to send. Idempotent. Audited.
    """
    with transaction.atomic():
        locks.criacao_de_ciclos(empresa=empresa)
        contatos = locks.contatos(empresa=empresa, filtro=Q(chave_fone=chave_fone))
        novos = [contato for contato in contatos if contato.optout_em is None]
        for contato in novos:
            contato.optout_em, contato.optout_motivo = em or timezone.now(), motivo[:200]
            contato.save(update_fields=["optout_em", "optout_motivo", "atualizado_em"])
            auditar(empresa=empresa, ator=ator, acao="optout", objeto=contato, para=motivo)
        ciclos = locks.ciclos(empresa=empresa, filtro=Q(contato__in=contatos, status=Ciclo.Status.ATIVO))
        mensagens_parar(empresa=empresa, ciclos=ciclos, motivo="O contato pediu para não receber mensagens.")
        if novos:
            _confirmar(empresa, novos[0])
    return len(novos)


def _confirmar(empresa: Empresa, contato: Contato) -> None:
    """Plan the one answer that an opt-out still gets; it hangs on the contato's newest ciclo."""
    ciclo = Ciclo.objects.filter(empresa=empresa, contato=contato).order_by("-pk").first()
    if ciclo is None:
        return
    agora = timezone.now()
    Mensagem.objects.create(
        empresa=empresa,
        ciclo=ciclo,
        tipo=Mensagem.Tipo.CONFIRMACAO,
        passo=0,
        planejada_para=agora,
        agendada_para=agora,
    )


def optout_desfazer(*, empresa: Empresa, ator: Ator, contato: Contato, motivo: str) -> None:
    """A person takes the opt-out back (the contact asked for it). Messages already stopped stay so."""
    with transaction.atomic():
        [travado] = locks.contatos(empresa=empresa, filtro=Q(pk=contato.pk))
        if travado.optout_em is None:
            raise Conflito("sem_optout", "Este contato não pediu para parar.")
        de = f"{travado.optout_em:%Y-%m-%d}"
        travado.optout_em, travado.optout_motivo = None, ""
        travado.save(update_fields=["optout_em", "optout_motivo", "atualizado_em"])
        auditar(empresa=empresa, ator=ator, acao="optout_desfeito", objeto=travado, de=de, para=motivo)
