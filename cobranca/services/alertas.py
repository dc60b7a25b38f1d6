"""The alert rules of billing: each with its window, its smallest sample and its severity."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from cobranca.models import Instancia
from cobranca.selectors import saude
from nucleo.models import Alerta, Empresa
from nucleo.services.alertas import alerta_abrir, alerta_resolver

PRESA_DEMAIS: Final = timedelta(hours=2)
JANELA_DE_ERRO: Final = timedelta(hours=1)
ERRO_MAXIMO: Final = 0.10
AMOSTRA_MINIMA: Final = 20
FORA_DEMAIS: Final = timedelta(minutes=30)
JANELA_DE_ENTREGA: Final = timedelta(hours=24)
FOLGA_DE_ENTREGA: Final = timedelta(hours=1)
ENTREGA_MINIMA: Final = 0.20
_AVISO: Final = Alerta.Severidade.AVISO
_ERRO: Final = Alerta.Severidade.ERRO


def alertas_avaliar(*, empresa: Empresa) -> list[str]:
    """Open, refresh or resolve this empresa's alerts; return the keys that are open. Idempotent."""
    abertas = [_presas(empresa), _taxa_de_erro(empresa)]
    for instancia in Instancia.objects.filter(empresa=empresa):
        abertas += [_fora_do_ar(empresa, instancia), _entregas(empresa, instancia)]
    return [chave for chave in abertas if chave]


def _decidir(
    empresa: Empresa | None, chave: str, aberto: bool, severidade: str, titulo: str, detalhe: str
) -> str:
    if not aberto:
        alerta_resolver(empresa=empresa, chave=chave)
        return ""
    alerta_abrir(empresa=empresa, chave=chave, severidade=severidade, titulo=titulo, detalhe=detalhe)
    return chave


def _presas(empresa: Empresa) -> str:
    desde = saude.presa_mais_antiga(empresa=empresa)
    presa = desde is not None and timezone.now() - desde > PRESA_DEMAIS
    detalhe = f"A mais antiga está em envio desde {timezone.localtime(desde):%d/%m %H:%M}." if desde else ""
    return _decidir(
        empresa, "cobranca.presas", presa, _AVISO, "Mensagens presas em envio há mais de 2 horas", detalhe
    )


def _taxa_de_erro(empresa: Empresa) -> str:
    taxa = saude.taxa_de_erro(empresa=empresa, janela=JANELA_DE_ERRO)
    alta = taxa.amostra >= AMOSTRA_MINIMA and taxa.fracao > ERRO_MAXIMO
    detalhe = f"{taxa.parte} de {taxa.amostra} tentativas da última hora não enviaram."
    return _decidir(empresa, "cobranca.erros", alta, _ERRO, "Mais de 10% dos envios falham", detalhe)


def _fora_do_ar(empresa: Empresa, instancia: Instancia) -> str:
    desde = instancia.doente_desde if instancia.ativa else None
    fora = desde is not None and timezone.now() - desde > FORA_DEMAIS
    quando = f"Desde {timezone.localtime(desde):%d/%m %H:%M}. " if desde else ""
    return _decidir(
        empresa,
        f"cobranca.instancia.{instancia.pk}",
        fora,
        _ERRO,
        f"WhatsApp {instancia.nome} sem condições há mais de 30 minutos",
        f"{quando}{instancia.motivo}",
    )


def _entregas(empresa: Empresa, instancia: Instancia) -> str:
    taxa = saude.entregas_da(instancia=instancia, janela=JANELA_DE_ENTREGA, folga=FOLGA_DE_ENTREGA)
    muda = instancia.ativa and taxa.amostra >= AMOSTRA_MINIMA and taxa.fracao < ENTREGA_MINIMA
    return _decidir(
        empresa,
        f"cobranca.entregas.{instancia.pk}",
        muda,
        _ERRO,
        f"WhatsApp {instancia.nome} aceita mensagens que não chegam",
        f"Só {taxa.parte} de {taxa.amostra} mensagens tiveram entrega confirmada;"
        " confira o número no celular e o webhook da instância.",
    )


def agenda_vigiar() -> bool:
    """Open the installation's alert when the scheduler has been silent for a day; return whether it has.

    Called by the worker's rules and by web processes: a dead scheduler cannot report its own death.
    """
    desde = saude.rodada_silenciosa_desde()
    detalhe = f"Nenhuma rodada desde {timezone.localtime(desde):%d/%m/%Y %H:%M}." if desde else ""
    return bool(
        _decidir(
            None,
            "cobranca.agenda",
            desde is not None,
            _AVISO,
            "O envio de mensagens não roda há mais de 24 horas",
            detalhe,
        )
    )
