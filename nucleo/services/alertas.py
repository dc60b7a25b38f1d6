"""Alerts: open once, touched while they last, resolved when they are over."""

import logging
from functools import partial
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from nucleo.models import Alerta, Empresa

logger = logging.getLogger(__name__)


def alerta_abrir(
    *, empresa: Empresa | None, chave: str, severidade: str, titulo: str, detalhe: str = "", **dados: Any
) -> Alerta:
    """Open the alert `chave`, or refresh the one that is open. A new one is e-mailed after commit."""
    with transaction.atomic():
        alerta, novo = Alerta.objects.get_or_create(
            empresa=empresa,
            chave=chave,
            resolvido_em=None,
            defaults={"severidade": severidade, "titulo": titulo[:160], "detalhe": detalhe, "dados": dados},
        )
        if novo:
            logger.warning("alerta aberto", extra={"chave": chave, "titulo": titulo})
            de_quem = f"{empresa.slug}: {titulo}" if empresa else titulo
            transaction.on_commit(partial(_avisar, de_quem, detalhe))
        else:
            Alerta.objects.filter(pk=alerta.pk).update(
                severidade=severidade,
                titulo=titulo[:160],
                detalhe=detalhe,
                dados=dados,
                visto_em=timezone.now(),
            )
    return alerta


def alerta_resolver(*, empresa: Empresa | None, chave: str) -> bool:
    """Close the open alert `chave`, if there is one; tell whether there was."""
    mudados = Alerta.objects.filter(empresa=empresa, chave=chave, resolvido_em=None).update(
        resolvido_em=timezone.now()
    )
    return bool(mudados)


def _avisar(titulo: str, detalhe: str) -> None:
    if not settings.ALERTAS_EMAIL:
        return
    try:
        send_mail(f"[backoffice] {titulo}", detalhe or titulo, None, settings.ALERTAS_EMAIL)
    except (SMTPException, OSError):
        # The alert itself is the row, which the office shows; whoever raised it must not fail for its mail.
        logger.exception("alerta nao pode ser enviado por e-mail", extra={"titulo": titulo})
