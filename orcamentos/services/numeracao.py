"""Moving the counters, and what the operator's commands ask about them."""

import logging

from django.db import IntegrityError, transaction
from django.db.models import Max

from nucleo.ator import Ator
from nucleo.errors import ErroDeValidacao
from nucleo.models import Empresa
from nucleo.series import Irregularidade, Serie
from nucleo.services.auditoria import auditar
from orcamentos import selectors
from orcamentos.locks import serie_travar
from orcamentos.models import FaixaImportada, Orcamento, SerieOrcamento
from orcamentos.models.numeracao import NUMERO_MAXIMO, numero_formatado, numero_lido, serie_lida

logger = logging.getLogger(__name__)


def serie_empurrar(*, empresa: Empresa, ano: int, ultimo: int, motivo: str) -> int:
    """Move the counter of a year forward to at least `ultimo`, never back; return where it stands.

    The numbers passed over are remembered: one that is missing among them is not a gap. Locks the series;
    must run inside the transaction that brings the numbers.
    """
    serie = serie_travar(empresa=empresa, ano=ano)
    if ultimo <= serie.ultimo_numero:
        return serie.ultimo_numero
    FaixaImportada.objects.create(
        empresa=empresa, ano=ano, de=serie.ultimo_numero + 1, ate=ultimo, motivo=motivo[:60]
    )
    SerieOrcamento.objects.filter(pk=serie.pk).update(ultimo_numero=ultimo)
    return ultimo


def serie_passar_dos_existentes(*, empresa: Empresa, ano: int) -> int:
    """Move the counter past the highest number present, after a conflict with one from elsewhere."""
    maior = Orcamento.objects.filter(empresa=empresa, ano=ano).aggregate(m=Max("numero"))["m"] or 0
    return serie_empurrar(empresa=empresa, ano=ano, ultimo=maior, motivo="conflito")


def serie_ajustar(*, empresa: Empresa, ano: int, ultimo: int, ator: Ator) -> int:
    """Move a counter forward by hand (moving in from another system); audited. Raises ErroDeValidacao.

    Refuses to move it back: numbers already given would be given again.
    """
    if not 1 <= ultimo <= NUMERO_MAXIMO:
        raise ErroDeValidacao(
            "valor_invalido", f"O último número vai de 1 a {NUMERO_MAXIMO}.", field="ultimo"
        )
    with transaction.atomic():
        atual = serie_travar(empresa=empresa, ano=ano)
        if ultimo < atual.ultimo_numero:
            raise ErroDeValidacao(
                "valor_invalido",
                f"A série ORC-{ano} já está em {atual.ultimo_numero}; ela nunca anda para trás.",
                field="ultimo",
            )
        serie_empurrar(empresa=empresa, ano=ano, ultimo=ultimo, motivo="ajuste")
        auditar(
            empresa=empresa,
            ator=ator,
            acao="serie_ajustada",
            objeto=atual,
            de=str(atual.ultimo_numero),
            para=str(ultimo),
        )
    return ultimo


class SeriesDeOrcamentos:
    """The provider of the quote series for `proximos_numeros`, `ajustar_sequencia` and the verification."""

    nome = "orcamentos"

    def situacao(self, empresa: Empresa) -> list[Serie]:
        """Return every year's series, without consuming a number."""
        return [
            Serie(
                serie=f"ORC-{linha.ano}",
                descricao=f"Orçamentos de {linha.ano}",
                proximo=numero_formatado(linha.ano, linha.ultimo + 1),
                ultimo=numero_formatado(linha.ano, linha.ultimo) if linha.ultimo else "",
                quantidade=linha.quantidade,
            )
            for linha in selectors.series_resumo(empresa=empresa)
        ]

    def verificar(self, empresa: Empresa) -> list[Irregularidade]:
        """Return duplicates, gaps, counters behind the data; try a duplicate and roll it back."""
        achados = selectors.irregularidades(empresa=empresa)
        if not _duplicado_e_recusado(empresa):
            achados.append(
                Irregularidade("ORC", "restricao_ausente", "O banco aceitou um número repetido (desfeito).")
            )
        return achados

    def reconhece(self, serie: str) -> bool:
        """Whether the name is ORC-AAAA."""
        return serie_lida(serie) is not None

    def ajustar(self, *, empresa: Empresa, serie: str, ultimo: str, ator: Ator) -> Serie:
        """Move the counter to `ultimo` (120 or ORC-2026-0120), never back; return where it stands."""
        ano = serie_lida(serie)
        if ano is None:
            raise ErroDeValidacao("valor_invalido", "A série tem a forma ORC-2026.", field="serie")
        serie_ajustar(empresa=empresa, ano=ano, ultimo=_ultimo_lido(ultimo, ano), ator=ator)
        return next(s for s in self.situacao(empresa) if s.serie == f"ORC-{ano}")


def _ultimo_lido(texto: str, ano: int) -> int:
    limpo = str(texto).strip()
    if limpo.isascii() and limpo.isdigit() and len(limpo) <= 10:
        return int(limpo)
    ano_lido, numero = numero_lido(limpo, campo="ultimo")
    if ano_lido != ano:
        raise ErroDeValidacao("valor_invalido", f"{limpo} não é da série ORC-{ano}.", field="ultimo")
    return numero


class _Desfazer(Exception):
    """Leaves the transaction of the trial so that nothing of it stays."""


def _duplicado_e_recusado(empresa: Empresa) -> bool:
    """Insert a copy of an existing number in a transaction that is always rolled back."""
    existente = Orcamento.objects.filter(empresa=empresa).order_by("ordem").first()
    if existente is None:
        return True
    copia = Orcamento(
        empresa=empresa,
        cliente_id=existente.cliente_id,
        ano=existente.ano,
        numero=existente.numero,
        budget_number=existente.budget_number,
        data=existente.data,
        validade=existente.validade,
    )
    try:
        with transaction.atomic():
            copia.save(force_insert=True)
            raise _Desfazer  # noqa: TRY301 - leaving by an exception is what undoes the trial
    except IntegrityError:
        return True
    except _Desfazer:
        return False
