"""What beat runs, and how often. Written to the database by `sincronizar_agenda` at every start.

The database is the schedule (operators may switch a row off there; the office does not show it, it is no
empresa's); this file is where a task first comes from. Rows of tasks that no longer exist are removed.
"""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Entrada:
    """One scheduled task: every `segundos`, or at a daily `hora` and `minuto` (São Paulo time)."""

    tarefa: str
    segundos: float | None = None
    hora: int | None = None
    minuto: int = 0


AGENDA: dict[str, Entrada] = {
    "pulso": Entrada("nucleo.tasks.bater_pulso", segundos=10),
    "clientes-importacoes": Entrada("clientes.tasks.retomar_importacoes", segundos=60),
    "limpar-idempotencia": Entrada("nucleo.tasks.limpar_idempotencia", hora=3, minuto=40),
    "orcamentos-importacoes": Entrada("orcamentos.tasks.retomar_importacoes", segundos=60),
    "limpar-sessoes": Entrada("sessions_ctx.tasks.limpar_sessoes", segundos=600),
    "cobranca-despacho": Entrada("cobranca.tasks.despachar_rodada", segundos=settings.COBRANCA_RODADA_S),
    "orcamentos-validade": Entrada("orcamentos.tasks.expirar_orcamentos", segundos=3600),
    "estoque-varredura": Entrada("estoque.tasks.varrer_estoque", segundos=5),
    "estoque-validacao-amostra": Entrada("estoque.tasks.validar_estoque_amostra", segundos=3600),
    "estoque-validacao-completa": Entrada("estoque.tasks.validar_estoque_tudo", hora=3, minuto=20),
    "cobranca-webhooks": Entrada("cobranca.tasks.processar_webhooks", segundos=5),
    "cobranca-instancias": Entrada("cobranca.tasks.verificar_instancias", segundos=60),
    "cobranca-alertas": Entrada("cobranca.tasks.avaliar_alertas", segundos=60),
    "cobranca-faxina": Entrada("cobranca.tasks.faxina", hora=3, minuto=20),
}
