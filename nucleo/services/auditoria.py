"""The audit trail's only writer."""

from typing import Any

from django.db.models import Model

from nucleo.ator import Ator
from nucleo.models import Empresa, RegistroAuditoria


def auditar(
    *,
    empresa: Empresa | None,
    ator: Ator,
    acao: str,
    objeto: Model | None = None,
    de: str = "",
    para: str = "",
    **detalhe: Any,
) -> RegistroAuditoria:
    """Append one record, in the caller's transaction: it exists exactly if the change does."""
    return RegistroAuditoria.objects.create(
        empresa=empresa,
        usuario_id=ator.usuario_id,
        ator=ator.nome[:120],
        acao=acao,
        objeto_tipo=objeto._meta.label_lower if objeto is not None else "",
        objeto_id=str(objeto.pk) if objeto is not None else "",
        de=de[:200],
        para=para[:200],
        detalhe=detalhe,
        endereco=ator.endereco,
        navegador=ator.navegador[:200],
    )
