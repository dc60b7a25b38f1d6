"""Changing a régua, and what that does to the ciclos under way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Final

from django.db import transaction
from django.db.models import Q

from cobranca import locks
from cobranca.errors import regua_vazia
from cobranca.models import Ciclo, Contato, Mensagem, Passo, Regua, Template
from cobranca.services.criacao import Base, base_da, mensagens_do_ciclo, mensagens_gravar
from nucleo.ator import Ator
from nucleo.errors import Conflito, ErroDeValidacao, restricoes
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar
from nucleo.textos import texto_limpo

MOTIVO_MUDOU: Final = "A régua mudou."
_FATIA: Final = 200


@dataclass(frozen=True)
class PassoPedido:
    """One step as a person wants it."""

    dias: int
    template: Template | None = None
    hora: time | None = None


@dataclass(frozen=True)
class Efeito:
    """What a change did to the ciclos under way."""

    ciclos: int
    canceladas: int
    criadas: int


def regua_salvar(
    *,
    empresa: Empresa,
    ator: Ator,
    nome: str,
    passos: Sequence[PassoPedido],
    tipo_cliente: str = "",
    padrao: bool = False,
    ativa: bool = True,
    regua: Regua | None = None,
    replanejar: bool = True,
) -> tuple[Regua, Efeito]:
    """Create a régua or change one; say what became of the ciclos under way. Audited.

    With `replanejar` every active ciclo of it gets the new steps: what has left stays, what waits is
    planned anew, steps gone are cancelled. Without, only new ciclos follow the change. All in one
    transaction; locks each ciclo before its messages. Raises ErroDeValidacao, Conflito `regua_padrao`
    (the only default cannot be switched off), `regua_existente`.
    """
    _conferir(passos, padrao=padrao, ativa=ativa, regua=regua)
    mapa = {
        "cobranca_regua_nome_uniq": lambda: Conflito(
            "regua_existente", f"Já existe a régua {nome}.", field="nome"
        )
    }
    with restricoes(mapa), transaction.atomic():
        regua = regua or Regua(empresa=empresa, versao=0)
        if padrao:
            Regua.objects.filter(empresa=empresa, tipo_cliente=tipo_cliente, padrao=True).exclude(
                pk=regua.pk
            ).update(padrao=False)
        regua.nome = texto_limpo(nome, campo="nome", maximo=60, obrigatorio=True)
        regua.tipo_cliente, regua.padrao, regua.ativa = tipo_cliente, padrao, ativa
        regua.versao += 1
        regua.save()
        _trocar_passos(empresa, regua, passos)
        efeito = _replanejar(empresa, regua) if replanejar else Efeito(0, 0, 0)
        auditar(empresa=empresa, ator=ator, acao="regua_salva", objeto=regua, para=nome, **vars(efeito))
    return regua, efeito


def _conferir(passos: Sequence[PassoPedido], *, padrao: bool, ativa: bool, regua: Regua | None) -> None:
    dias = [passo.dias for passo in passos]
    if not dias:
        raise regua_vazia(regua.nome if regua else "nova")
    if len(set(dias)) != len(dias):
        raise ErroDeValidacao("passo_repetido", "Dois passos no mesmo dia.", field="dias")
    if not all(-365 <= dia <= 365 for dia in dias):
        raise ErroDeValidacao("valor_invalido", "Os passos vão de -365 a 365 dias.", field="dias")
    deixa_de_ser = regua is not None and regua.padrao and not regua.tipo_cliente and not padrao
    if deixa_de_ser or (padrao and not ativa):
        raise Conflito(
            "regua_padrao", "A régua padrão não pode ser desligada; torne outra a padrão primeiro."
        )


def _trocar_passos(empresa: Empresa, regua: Regua, passos: Sequence[PassoPedido]) -> None:
    Passo.objects.filter(empresa=empresa, regua=regua).delete()
    Passo.objects.bulk_create(
        Passo(empresa=empresa, regua=regua, dias=p.dias, hora=p.hora, template=p.template) for p in passos
    )


def _replanejar(empresa: Empresa, regua: Regua) -> Efeito:
    base = base_da(empresa)
    passos = list(Passo.objects.filter(empresa=empresa, regua=regua))
    ids = list(
        Ciclo.objects.filter(empresa=empresa, regua=regua, status=Ciclo.Status.ATIVO)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    canceladas = criadas = 0
    for inicio in range(0, len(ids), _FATIA):
        fatia = Q(pk__in=ids[inicio : inicio + _FATIA], status=Ciclo.Status.ATIVO)
        ciclos = locks.ciclos(empresa=empresa, filtro=fatia)
        feitas = _replanejar_ciclos(base, ciclos, passos)
        canceladas, criadas = canceladas + feitas[0], criadas + feitas[1]
    return Efeito(len(ids), canceladas, criadas)


def _replanejar_ciclos(base: Base, ciclos: Sequence[Ciclo], passos: Sequence[Passo]) -> tuple[int, int]:
    """Plan what has not left anew. A step that left, or was passed over for a later one, is not repeated."""
    lembretes = Mensagem.objects.filter(
        empresa=base.empresa, ciclo__in=[c.pk for c in ciclos], tipo=Mensagem.Tipo.LEMBRETE
    )
    canceladas = lembretes.filter(status=Mensagem.Status.PENDENTE).update(
        status=Mensagem.Status.CANCELADA, erro=MOTIVO_MUDOU
    )
    feitos: dict[int, int] = {}
    for ciclo_id, passo in lembretes.exclude(erro=MOTIVO_MUDOU).values_list("ciclo_id", "passo"):
        feitos[ciclo_id] = max(passo, feitos.get(ciclo_id, passo))
    com_optout = Contato.objects.filter(empresa=base.empresa, optout_em__isnull=False)
    parados = set(com_optout.filter(pk__in=[c.contato_id for c in ciclos]).values_list("pk", flat=True))
    novas = [
        linha
        for ciclo in ciclos
        if ciclo.contato_id not in parados
        for linha in mensagens_do_ciclo(
            base, ciclo, [p for p in passos if p.dias > feitos.get(ciclo.pk, -999)]
        )
    ]
    return canceladas, mensagens_gravar(empresa=base.empresa, linhas=novas)
