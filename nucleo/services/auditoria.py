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
    """Append one record, in the caller's transaction: it exists exactly if the change does.

    A record about nobody in no empresa (a login that is nobody's) may be written by anyone and is read
    by the owner alone, so it comes back without an id.
    """
    registro = RegistroAuditoria(
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
    if empresa is None and ator.usuario_id is None:
        # ignore_conflicts: INSERT without RETURNING, which would need the right to read the row.
        RegistroAuditoria.objects.bulk_create([registro], ignore_conflicts=True)
    else:
        registro.save(force_insert=True)
    return registro
