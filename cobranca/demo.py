"""Demo billing of one empresa: a sender at the simulated gateway and ciclos in every state."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from cobranca.models import Ciclo, Instancia, Mensagem, Tentativa
from cobranca.services import ciclo_cancelar, ciclo_criar, ciclo_pagar, ciclo_prometer
from cobranca.services.contatos import optout_registrar
from cobranca.services.instancias import instancia_criar
from nucleo.ator import Ator
from nucleo.models import Empresa
from nucleo.telefones import chave_telefone

_NOMES = (
    "Auto Peças Silveira", "João Batista Moreira", "Transportes Oliveira", "Maria Aparecida Souza",
    "Oficina do Zé", "Ana Lúcia Ferreira", "Retífica Paraná", "Carlos Eduardo Lima",
    "Distribuidora Bom Preço", "Fernanda Albuquerque", "Usina São José", "Pedro Henrique Castro",
)  # fmt: skip
# (days from today to the due date, what happened since)
_ROTEIRO = (
    (12, "futuro"), (3, "futuro"), (0, "devido"), (-1, "devido"), (-3, "devido"), (-8, "enviada"),
    (-9, "entregue"), (-10, "lida"), (-6, "falhou"), (-7, "segura"), (-5, "pago"), (-12, "cancelado"),
    (-40, "concluido"), (-2, "promessa"), (6, "parou"),
)  # fmt: skip


def cobranca_demo(*, empresa: Empresa, ator: Ator, hoje: date, simulador_url: str) -> int:
    """Create the demo's sender and ciclos; return how many ciclos are new. A second call adds nothing.

    Inside the empresa's scope, outside any transaction. What is due will be sent by a running worker.
    """
    if not Instancia.objects.filter(empresa=empresa, nome=f"demo-{empresa.slug}").exists():
        instancia_criar(
            empresa=empresa, ator=ator, nome=f"demo-{empresa.slug}", url=simulador_url,
            chave=f"chave-demo-{empresa.slug}", por_minuto=60,
        )  # fmt: skip
    instancia = Instancia.objects.get(empresa=empresa, nome=f"demo-{empresa.slug}")
    novos = 0
    for numero, (dias, historia) in enumerate(_ROTEIRO, start=1):
        identificador = f"DEMO-{numero:04d}"
        if not Ciclo.objects.filter(empresa=empresa, external_billing_id=identificador).exists():
            _um(empresa, ator, instancia, identificador, numero, hoje + timedelta(days=dias), historia)
            novos += 1
    return novos


def _um(
    empresa: Empresa, ator: Ator, instancia: Instancia, identificador: str, numero: int,
    vencimento: date, historia: str,
) -> None:  # fmt: skip
    with transaction.atomic():
        ciclo = ciclo_criar(
            empresa=empresa,
            ator=ator,
            external_billing_id=identificador,
            nome=_NOMES[numero % len(_NOMES)],
            telefone=f"+55119{70_000_000 + numero * 1111}",
            valor=Decimal(100 + 37 * numero) + Decimal("0.90"),
            vencimento=vencimento,
        )
        if historia in _DEPOIS:
            _contar(empresa, instancia, ciclo, historia)
        elif historia == "pago":
            ciclo_pagar(empresa=empresa, ator=ator, external_billing_id=identificador)
        elif historia == "cancelado":
            ciclo_cancelar(
                empresa=empresa, ator=ator, external_billing_id=identificador, motivo="Nota devolvida."
            )
        elif historia == "promessa":
            promessa = vencimento + timedelta(days=10)
            ciclo_prometer(empresa=empresa, ator=ator, external_billing_id=identificador, pagar_ate=promessa)
        elif historia == "parou":
            chave = chave_telefone(ciclo.contato.telefone) or ""
            optout_registrar(empresa=empresa, ator=ator, chave_fone=chave, motivo="Respondeu SAIR.")


_DEPOIS = {
    "enviada": Mensagem.Status.ENVIADA,
    "entregue": Mensagem.Status.ENTREGUE,
    "lida": Mensagem.Status.LIDA,
    "concluido": Mensagem.Status.LIDA,
    "falhou": Mensagem.Status.FALHOU,
    "segura": Mensagem.Status.SEGURA,
}


def _contar(empresa: Empresa, instancia: Instancia, ciclo: Ciclo, historia: str) -> None:
    """Write the past that a demo cannot wait for."""
    pendentes = Mensagem.objects.filter(empresa=empresa, ciclo=ciclo, status=Mensagem.Status.PENDENTE)
    mensagem = pendentes.order_by("passo")[0]
    dia = ciclo.vencimento + timedelta(days=mensagem.passo)
    quando = datetime.combine(dia, time(9, 30), tzinfo=ZoneInfo(empresa.fuso))
    status = _DEPOIS[historia]
    saiu = status in Mensagem.SAIU
    mensagem.status, mensagem.planejada_para, mensagem.agendada_para = status, quando, quando
    mensagem.tentativas, mensagem.instancia, mensagem.numero = 1, instancia, ciclo.contato.telefone
    mensagem.reclamada_em, mensagem.dia_envio = quando, dia
    mensagem.enviada_em = quando if saiu else None
    mensagem.entregue_em = (
        quando + timedelta(seconds=40) if status != Mensagem.Status.ENVIADA and saiu else None
    )
    mensagem.lida_em = quando + timedelta(minutes=12) if status == Mensagem.Status.LIDA else None
    mensagem.provider_id = f"3EB0DEMO{empresa.pk:04d}{mensagem.pk:010d}" if saiu else ""
    mensagem.erro = {
        "falhou": "Este número não tem WhatsApp.",
        "segura": "O gateway não respondeu no prazo; a mensagem pode ter saído."
        " O gateway não tem registro deste envio.",
    }.get(historia, "")
    mensagem.save()
    Tentativa.objects.create(
        empresa=empresa,
        mensagem=mensagem,
        instancia=instancia,
        resultado={"falhou": "refused", "segura": "uncertain"}.get(historia, "sent"),
        iniciada_em=quando,
        em=quando,
        detalhe=mensagem.erro,
    )
    if historia == "concluido":
        Ciclo.objects.filter(pk=ciclo.pk).update(
            status=Ciclo.Status.CONCLUIDO,
            encerrado_em=quando + timedelta(days=7),
            motivo="Todas as mensagens da régua terminaram.",
        )
