"""The trail of what leads from one company into another."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nucleo.ator import Ator
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar

OUTRA_EMPRESA = "outra empresa"


@dataclass(frozen=True)
class Lado:
    """One side: the company, None where there is none, and the name of the perfil in it."""

    empresa_id: int | None
    nome: str

    def visto_de(self, empresa_id: int) -> str:
        return self.nome if self.empresa_id in {empresa_id, None} else OUTRA_EMPRESA


def auditar_entre(
    *, ator: Ator, acao: str, de: Lado, para: Lado, nas: Iterable[int | None], **detalhe: Any
) -> None:
    """Put it on the person's own trail whole, and on that of the companies `nas` with their side only.

    Where else a person works is no company's business. Inside one company it is one record. Runs in the
    person's scope and the caller's transaction.
    """
    if de.empresa_id == para.empresa_id and para.empresa_id is not None:
        empresa = Empresa(pk=para.empresa_id)
        auditar(empresa=empresa, ator=ator, acao=acao, de=de.nome, para=para.nome, **detalhe)
        return
    auditar(empresa=None, ator=ator, acao=acao, de=de.nome, para=para.nome, **detalhe)
    for pk in sorted({pk for pk in nas if pk is not None}):
        # Marked, because the person's own list shows it once, whole.
        auditar(
            empresa=Empresa(pk=pk),
            ator=ator,
            acao=acao,
            de=de.visto_de(pk),
            para=para.visto_de(pk),
            passagem={"parte": True},
        )
