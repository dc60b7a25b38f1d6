"""Rehearsal: everything but the call. The office sees what would leave, and nothing leaves."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from cobranca.models import Mensagem
from cobranca.services.configuracao import configuracao_da
from cobranca.services.expediente import expediente_da
from cobranca.services.redacao import Redator, livro_da
from nucleo.models import Empresa

POR_RODADA: Final = 500


def mensagens_ensaiar(*, empresa: Empresa) -> int:
    """Write what each due message would say, once; it stays `pending`. Return how many.

    Of the steps of one ciclo that are due together only the latest would leave, so only it is shown.
    """
    agora = timezone.now()
    expediente = expediente_da(empresa, configuracao_da(empresa))
    if not expediente.aberto(agora):
        return 0
    amanha = expediente.inicio(expediente.dia(agora) + timedelta(days=1))
    devidas = _devidas(empresa, agora, amanha).select_related("ciclo__contato")
    redator, total = Redator(empresa), 0
    for mensagem in devidas.order_by("agendada_para", "id")[:POR_RODADA]:
        livro = livro_da(empresa=empresa, mensagem=mensagem, hoje=expediente.dia(agora))
        redigida = redator.redigir(mensagem=mensagem, livro=livro)
        with transaction.atomic():
            total += Mensagem.objects.filter(pk=mensagem.pk, status=Mensagem.Status.PENDENTE).update(
                texto=redigida.texto,
                numero=mensagem.ciclo.contato.telefone,
                aviso=redigida.aviso[:200],
                erro=" ".join(redigida.divergencias)[:300],
                ensaiada_em=agora,
            )
    return total


def _devidas(empresa: Empresa, agora: datetime, amanha: datetime) -> QuerySet[Mensagem]:
    pendentes = Mensagem.objects.filter(empresa=empresa, status=Mensagem.Status.PENDENTE)
    posteriores = pendentes.filter(
        ciclo=OuterRef("ciclo"),
        tipo=OuterRef("tipo"),
        passo__gt=OuterRef("passo"),
        agendada_para__lt=amanha,
    )
    return pendentes.filter(agendada_para__lte=agora, ensaiada_em=None).exclude(Exists(posteriores))
