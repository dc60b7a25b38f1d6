"""Making ciclos: one or a chunk of them, contacts and messages with it, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connection
from django.utils import timezone

from clientes.models import Cliente
from cobranca import locks
from cobranca.errors import ciclo_duplicado, contato_optout
from cobranca.models import Ciclo, Contato, Mensagem, Passo, Regua
from cobranca.services.configuracao import configuracao_da
from cobranca.services.contatos import contatos_resolver
from cobranca.services.dados import DadosDoCiclo
from cobranca.services.expediente import Expediente, expediente_da
from cobranca.services.planejamento import planejar
from cobranca.services.reguas import CatalogoDeReguas
from nucleo.errors import ErroDeNegocio
from nucleo.models import Empresa
from nucleo.telefones import chave_telefone

MOTIVO_SUPERADA = "Outro passo do mesmo ciclo sai no mesmo dia."


@dataclass(frozen=True)
class Base:
    """What every item of a batch needs of the empresa, read once."""

    empresa: Empresa
    expediente: Expediente
    catalogo: CatalogoDeReguas
    agora: datetime


def base_da(empresa: Empresa) -> Base:
    """Read réguas and business hours once for one creation or one batch."""
    expediente = expediente_da(empresa, configuracao_da(empresa))
    return Base(empresa, expediente, CatalogoDeReguas(empresa), timezone.now())


def ciclos_criar(*, base: Base, dados: Sequence[DadosDoCiclo]) -> list[Ciclo | ErroDeNegocio]:
    """Create what can be created of `dados`; the answer has one ciclo or one error per item, in order.

    Takes the empresa's creation lock, then the contatos'. Nothing of a refused item is written. The
    identifiers within `dados` must differ.
    """
    empresa = base.empresa
    locks.criacao_de_ciclos(empresa=empresa)
    ativos = _ativos(empresa, dados)
    parados = _parados(empresa, dados)
    tipos = _tipos_de_cliente(empresa, dados)
    respostas: dict[str, Ciclo | ErroDeNegocio] = {}
    aceitos: list[tuple[DadosDoCiclo, Regua, list[Passo]]] = []
    for item in dados:
        try:
            aceitos.append((item, *_aceitar(base, item, ativos, parados, tipos)))
        except ErroDeNegocio as exc:
            respostas[item.external_billing_id] = exc
    for ciclo in _gravar(base, aceitos):
        respostas[ciclo.external_billing_id] = ciclo
    return [respostas[item.external_billing_id] for item in dados]


def _aceitar(
    base: Base, item: DadosDoCiclo, ativos: set[str], parados: set[str], tipos: dict[str, str]
) -> tuple[Regua, list[Passo]]:
    if item.external_billing_id in ativos:
        raise ciclo_duplicado(item.external_billing_id)
    if (chave_telefone(item.telefone) or "") in parados or f"#{item.codigo_cliente}" in parados:
        raise contato_optout()
    return base.catalogo.escolher(item.regua, tipos.get(item.codigo_cliente, ""))


def _ativos(empresa: Empresa, dados: Sequence[DadosDoCiclo]) -> set[str]:
    ids = [item.external_billing_id for item in dados]
    achados = Ciclo.objects.filter(empresa=empresa, external_billing_id__in=ids, status=Ciclo.Status.ATIVO)
    return set(achados.values_list("external_billing_id", flat=True))


def _parados(empresa: Empresa, dados: Sequence[DadosDoCiclo]) -> set[str]:
    """Phones and customer codes (as #code) that opted out: neither a new name nor a new number helps."""
    parados = Contato.objects.filter(empresa=empresa, optout_em__isnull=False)
    fones = parados.filter(chave_fone__in={chave_telefone(item.telefone) or "" for item in dados})
    codigos = parados.filter(codigo_cliente__in={i.codigo_cliente for i in dados if i.codigo_cliente})
    return set(fones.values_list("chave_fone", flat=True)) | {
        f"#{codigo}" for codigo in codigos.values_list("codigo_cliente", flat=True)
    }


def _tipos_de_cliente(empresa: Empresa, dados: Sequence[DadosDoCiclo]) -> dict[str, str]:
    """Kind of customer by code: a document of 14 characters is a company's."""
    codigos = {item.codigo_cliente for item in dados if item.codigo_cliente}
    if not codigos:
        return {}
    achados = Cliente.objects.filter(empresa=empresa, codigo_cliente__in=codigos)
    tipos = {11: Regua.TipoCliente.PESSOA, 14: Regua.TipoCliente.EMPRESA}
    return {
        codigo: tipos.get(len(documento or ""), Regua.TipoCliente.QUALQUER)
        for codigo, documento in achados.values_list("codigo_cliente", "cpf_cnpj")
    }


def _gravar(base: Base, aceitos: Sequence[tuple[DadosDoCiclo, Regua, list[Passo]]]) -> list[Ciclo]:
    if not aceitos:
        return []
    contatos = contatos_resolver(empresa=base.empresa, dados=[item for item, _, _ in aceitos])
    ciclos = Ciclo.objects.bulk_create(
        Ciclo(
            empresa=base.empresa,
            external_billing_id=item.external_billing_id,
            contato=contato,
            regua=regua,
            valor=item.valor,
            vencimento=item.vencimento,
        )
        for contato, (item, regua, _) in zip(contatos, aceitos, strict=True)
    )
    mensagens_gravar(
        empresa=base.empresa,
        linhas=[
            linha
            for ciclo, (_, _, passos) in zip(ciclos, aceitos, strict=True)
            for linha in mensagens_do_ciclo(base, ciclo, passos)
        ],
    )
    return ciclos


class LinhaDeMensagem(NamedTuple):
    """What tells the messages of a creation apart; all else is alike at birth."""

    ciclo_id: int
    passo: int
    template_id: int | None
    status: str
    erro: str
    quando: datetime


def mensagens_do_ciclo(base: Base, ciclo: Ciclo, passos: Sequence[Passo]) -> list[LinhaDeMensagem]:
    """Plan (without saving) one row per step, each with its moment; collapsed ones say so."""
    plano = planejar(
        passos=passos,
        vencimento=ciclo.vencimento,
        agora=base.agora,
        expediente=base.expediente,
        nada_antes_de=ciclo.pausado_ate,
    )
    return [
        LinhaDeMensagem(
            ciclo.pk,
            planejada.passo.dias,
            planejada.passo.template_id,
            Mensagem.Status.SUBSTITUIDA.value if planejada.superada else Mensagem.Status.PENDENTE.value,
            MOTIVO_SUPERADA if planejada.superada else "",
            planejada.quando,
        )
        for planejada in plano
    ]


_GRAVAR_MENSAGENS: Final = """
INSERT INTO cobranca_mensagem (empresa_id, tipo, tentativas, numero, texto, provider_id, numero_usado, aviso,
    ciclo_id, passo, template_id, status, erro, planejada_para, agendada_para)
SELECT %s, 'lembrete', 0, '', '', '', '', '', n.ciclo_id, n.passo, n.template_id, n.status, n.erro,
    n.quando, n.quando
FROM unnest(%s::bigint[], %s::smallint[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[])
    AS n (ciclo_id, passo, template_id, status, erro, quando)"""


def mensagens_gravar(*, empresa: Empresa, linhas: Sequence[LinhaDeMensagem]) -> int:
    """Write planned messages in one statement, in the caller's transaction; return how many.

    By hand: a batch of 1000 has 4000 of them; making a model and 27 columns of each took most of its time.
    """
    if linhas:
        with connection.cursor() as cursor:
            cursor.execute(_GRAVAR_MENSAGENS, [empresa.pk, *map(list, zip(*linhas, strict=True))])
    return len(linhas)
