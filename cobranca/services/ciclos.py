"""One charge from its creation to its end."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cobranca import locks
from cobranca.errors import ciclo_desconhecido, ciclo_duplicado, ciclo_encerrado
from cobranca.models import Ciclo, Mensagem, Template
from cobranca.services.configuracao import configuracao_da
from cobranca.services.criacao import base_da, ciclos_criar
from cobranca.services.dados import dados_lidos
from cobranca.services.expediente import expediente_da
from cobranca.services.padroes import AGRADECIMENTO
from cobranca.services.paradas import mensagens_parar
from nucleo.ator import Ator
from nucleo.datas import data_lida, hoje
from nucleo.errors import ErroDeNegocio, ErroDeValidacao, restricoes
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar


def ciclo_criar(
    *,
    empresa: Empresa,
    ator: Ator,
    external_billing_id: str,
    nome: str,
    telefone: str,
    valor: Decimal | str,
    vencimento: date | str,
    regua: str | int | None = None,
    codigo_cliente: str | None = None,
) -> Ciclo:
    """Start following a charge: contact, ciclo and every message of its régua, or nothing. Audited.

    Locks: the empresa's creation of ciclos, then its contatos. Raises ErroDeValidacao for a bad field,
    `contato_optout`, `regua_desconhecida`; Conflito `ciclo_duplicado` while one with this identifier is
    active (counted in the audit trail, for the metric of duplicates).
    """
    item: Mapping[str, Any] = {
        "external_billing_id": external_billing_id,
        "nome": nome,
        "telefone": telefone,
        "valor": valor,
        "vencimento": vencimento,
        "regua": regua,
        "codigo_cliente": codigo_cliente,
    }
    dados = dados_lidos(item, hoje=hoje(empresa.fuso))
    duplicado = {"cobranca_ciclo_ativo_uniq": lambda: ciclo_duplicado(dados.external_billing_id)}
    with restricoes(duplicado), transaction.atomic():
        [criado] = ciclos_criar(base=base_da(empresa), dados=[dados])
        if isinstance(criado, Ciclo):
            auditar(empresa=empresa, ator=ator, acao="ciclo_criado", objeto=criado, para=str(dados.valor))
    if isinstance(criado, ErroDeNegocio):
        if criado.code == "ciclo_duplicado":
            auditar(empresa=empresa, ator=ator, acao="ciclos_duplicados", duplicados=1)
        raise criado
    return criado


def ciclo_pagar(*, empresa: Empresa, ator: Ator, external_billing_id: str) -> Ciclo:
    """The charge was paid: nothing that has not left leaves any more; thanks where the empresa wants it.

    Locks the ciclo, then its messages. Raises NaoEncontrado, Conflito `ciclo_encerrado` (a ciclo that was
    concluded unpaid may still be paid).
    """
    with transaction.atomic():
        ciclo = _encerrar(
            empresa=empresa,
            ator=ator,
            external_billing_id=external_billing_id,
            status=Ciclo.Status.PAGO,
            motivo="Pagamento registrado.",
        )
        if configuracao_da(empresa).agradecimento:
            _agradecer(empresa, ciclo)
    return ciclo


def ciclo_cancelar(*, empresa: Empresa, ator: Ator, external_billing_id: str, motivo: str = "") -> Ciclo:
    """The charge is called off: nothing that has not left leaves any more. Locks and errors as paying."""
    with transaction.atomic():
        return _encerrar(
            empresa=empresa,
            ator=ator,
            external_billing_id=external_billing_id,
            status=Ciclo.Status.CANCELADO,
            motivo=motivo or "Ciclo cancelado.",
        )


def _encerrar(*, empresa: Empresa, ator: Ator, external_billing_id: str, status: str, motivo: str) -> Ciclo:
    ciclo = _travar(empresa, external_billing_id)
    encerraveis = {Ciclo.Status.ATIVO}
    if status == Ciclo.Status.PAGO:
        encerraveis.add(Ciclo.Status.CONCLUIDO)
    if ciclo.status not in encerraveis:
        raise ciclo_encerrado(ciclo.external_billing_id, ciclo.get_status_display())
    antes = ciclo.status
    _mudar_status(ciclo, status, motivo)
    paradas = mensagens_parar(empresa=empresa, ciclos=[ciclo], motivo=motivo)
    auditar(
        empresa=empresa,
        ator=ator,
        acao=f"ciclo_{status}",
        objeto=ciclo,
        de=antes,
        para=status,
        mensagens_paradas=paradas,
    )
    return ciclo


def _travar(empresa: Empresa, external_billing_id: str) -> Ciclo:
    """Lock the active ciclo with this identifier, else the newest ended one."""
    if "\x00" in external_billing_id:
        raise ciclo_desconhecido("com caractere nulo")
    achados = locks.ciclos(empresa=empresa, filtro=Q(external_billing_id=external_billing_id))
    if not achados:
        raise ciclo_desconhecido(external_billing_id)
    ativos = [ciclo for ciclo in achados if ciclo.status == Ciclo.Status.ATIVO]
    return ativos[0] if ativos else achados[-1]


def _mudar_status(ciclo: Ciclo, status: str, motivo: str) -> None:
    ciclo.status, ciclo.motivo, ciclo.versao = status, motivo[:200], ciclo.versao + 1
    ciclo.encerrado_em, ciclo.pausado_ate = timezone.now(), None
    ciclo.save(update_fields=["status", "motivo", "versao", "encerrado_em", "pausado_ate"])


def _agradecer(empresa: Empresa, ciclo: Ciclo) -> None:
    agora = timezone.now()
    Mensagem.objects.create(
        empresa=empresa,
        ciclo=ciclo,
        tipo=Mensagem.Tipo.AGRADECIMENTO,
        template=Template.objects.filter(empresa=empresa, nome=AGRADECIMENTO).first(),
        passo=0,
        planejada_para=agora,
        agendada_para=agora,
    )


def ciclo_prometer(*, empresa: Empresa, ator: Ator, external_billing_id: str, pagar_ate: date | str) -> Ciclo:
    """The contact promised to pay: nothing leaves up to that day, then the régua goes on by itself.

    Messages planned earlier move to the day after; of those the latest step leaves. Locks the ciclo, then
    its messages. Raises ErroDeValidacao `data_fora_do_intervalo`, Conflito `ciclo_encerrado`.
    """
    dia, agora = data_lida(pagar_ate, campo="pagar_ate"), hoje(empresa.fuso)
    if not agora <= dia <= agora + timedelta(days=366):
        raise ErroDeValidacao(
            "data_fora_do_intervalo", "A promessa vai de hoje até um ano.", field="pagar_ate"
        )
    with transaction.atomic():
        ciclo = _travar(empresa, external_billing_id)
        if ciclo.status != Ciclo.Status.ATIVO:
            raise ciclo_encerrado(ciclo.external_billing_id, ciclo.get_status_display())
        ciclo.pausado_ate, ciclo.versao = dia, ciclo.versao + 1
        ciclo.save(update_fields=["pausado_ate", "versao"])
        expediente = expediente_da(empresa, configuracao_da(empresa))
        volta = expediente.proximo(expediente.inicio(dia + timedelta(days=1)))
        lembretes = Mensagem.objects.filter(empresa=empresa, ciclo=ciclo, tipo=Mensagem.Tipo.LEMBRETE)
        lembretes.filter(status=Mensagem.Status.PENDENTE, agendada_para__lt=volta).update(agendada_para=volta)
        auditar(empresa=empresa, ator=ator, acao="promessa", objeto=ciclo, para=dia.isoformat())
    return ciclo


def ciclos_concluir(*, empresa: Empresa) -> int:
    """Conclude active ciclos that have nothing left to send for as many days as the empresa set.

    Not at the last message: until then a repeated request must still find the ciclo active and be told
    that it is a duplicate. Locks each ciclo; return how many.
    """
    limite = timezone.now() - timedelta(days=configuracao_da(empresa).concluir_apos_dias)
    recentes = Q(mensagens__status__in=Mensagem.ABERTAS) | Q(mensagens__agendada_para__gt=limite)
    candidatos = Ciclo.objects.filter(
        empresa=empresa, status=Ciclo.Status.ATIVO, criado_em__lt=limite
    ).exclude(pk__in=Ciclo.objects.filter(recentes, empresa=empresa).values("pk"))
    total = 0
    for pk in list(candidatos.values_list("pk", flat=True)):
        with transaction.atomic():
            [ciclo] = locks.ciclos(empresa=empresa, filtro=Q(pk=pk))
            aberta = Mensagem.objects.filter(empresa=empresa, ciclo=ciclo, status__in=Mensagem.ABERTAS)
            if ciclo.status == Ciclo.Status.ATIVO and not aberta.exists():
                _mudar_status(ciclo, Ciclo.Status.CONCLUIDO, "Todas as mensagens da régua terminaram.")
                total += 1
    return total
