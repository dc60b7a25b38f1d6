"""Instâncias: their secrets, their health, and the breaker that gives a sick one a rest."""

import hashlib
import logging
import os
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from cobranca.gateway import Cliente, Desfecho, ErroDoGateway, TipoDeDesfecho
from cobranca.models import Instancia
from cobranca.services.cifra import cifrar, decifrar
from cobranca.services.orfas import em_envio_segurar
from nucleo.ator import Ator
from nucleo.errors import Conflito, ErroDeValidacao, Indisponivel, restricoes
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar
from nucleo.textos import texto_limpo

logger = logging.getLogger(__name__)
CABECALHO_DO_SEGREDO = "X-Webhook-Segredo"
# Three failures in a row are the sender's trouble, not the messages'.
FALHAS_ATE_DESCANSAR = 3
DESCANSO_MAXIMO_S = 3600
# A gateway that was restored from a backup, or an instance made anew, has forgotten us: say it once a day.
WEBHOOK_VALE = timedelta(days=1)


def instancia_criar(
    *,
    empresa: Empresa,
    ator: Ator,
    nome: str,
    url: str,
    chave: str,
    por_minuto: int = 20,
    variacao_ritmo: int = 20,
    ordem: int = 1,
    aquecimento_dias: int = 0,
    ativa: bool = True,
) -> tuple[Instancia, str]:
    """Register a sender; return it with its webhook secret, which is shown this once. Audited.

    Raises ErroDeValidacao for a bad name, address or empty key, Conflito `instancia_duplicada`.
    """
    nome = texto_limpo(nome, campo="nome", maximo=60, obrigatorio=True)
    instancia = Instancia(
        empresa=empresa, nome=nome, codigo=_codigo(empresa, nome), url=_endereco(url),
        chave_cifrada=cifrar(_chave(chave)), por_minuto=_por_minuto(por_minuto), ordem=ordem,
        aquecimento_dias=aquecimento_dias, variacao_ritmo=variacao_ritmo, ativa=ativa,
    )  # fmt: skip
    segredo = secrets.token_urlsafe(24)
    instancia.segredo_cifrado = cifrar(segredo)
    duplicada = Conflito("instancia_duplicada", f"A empresa já tem a instância {nome}.", field="nome")
    nomes = ("cobranca_instancia_nome_uniq", "cobranca_instancia_codigo_key")
    with restricoes({restricao: lambda: duplicada for restricao in nomes}), transaction.atomic():
        instancia.save()
        auditar(empresa=empresa, ator=ator, acao="instancia_criada", objeto=instancia, para=nome)
    return instancia, segredo


def instancia_trocar_chave(*, empresa: Empresa, ator: Ator, instancia: Instancia, chave: str) -> None:
    """Replace the key of the gateway. Audited without the key."""
    with transaction.atomic():
        Instancia.objects.filter(empresa=empresa, pk=instancia.pk).update(
            chave_cifrada=cifrar(_chave(chave)), verificada_em=None
        )
        auditar(empresa=empresa, ator=ator, acao="instancia_chave_trocada", objeto=instancia)


def _codigo(empresa: Empresa, nome: str) -> str:
    base = slugify(f"{empresa.slug}-{nome}")[:100] or empresa.slug
    return base if not Instancia.objects.filter(codigo=base).exists() else f"{base}-{secrets.token_hex(4)}"


def _endereco(url: str) -> str:
    limpa = texto_limpo(url, campo="url", maximo=200, obrigatorio=True).rstrip("/")
    try:
        partes = urlsplit(limpa)
        valida = partes.scheme in ("http", "https") and bool(partes.hostname) and partes.port != 0
    except ValueError:
        valida = False
    if not valida or partes.username or partes.query or partes.fragment:
        raise ErroDeValidacao(
            "url_invalida", "Informe o endereço do servidor, como https://evolution.exemplo.com.br.",
            field="url",
        )  # fmt: skip
    return limpa


def _chave(chave: str) -> str:
    limpa = chave.strip()
    if not limpa or not limpa.isascii() or not limpa.isprintable():
        raise ErroDeValidacao("campo_obrigatorio", "Informe a chave da instância.", field="chave")
    return limpa


def _por_minuto(valor: int) -> int:
    if not 0 <= valor <= 10_000:
        raise ErroDeValidacao(
            "valor_invalido", "Mensagens por minuto: de 0 (sem limite) a 10000.", field="por_minuto"
        )
    return valor


_clientes: dict[tuple[str, str, str, int], Cliente] = {}


def cliente_da(instancia: Instancia) -> Cliente:
    """Return this process's client of the sender; connections are kept between calls, never across forks."""
    quem = (instancia.url, instancia.nome, instancia.chave_cifrada, os.getpid())
    if quem not in _clientes:
        _clientes[quem] = Cliente(
            url=instancia.url,
            instancia=instancia.nome,
            chave=decifrar(instancia.chave_cifrada),
            timeout_s=settings.COBRANCA_TIMEOUT_S,
        )
    return _clientes[quem]


def clientes_fechar() -> None:
    """Let go of every connection to a gateway (the end of a command or of a test)."""
    while _clientes:
        _clientes.popitem()[1].fechar()


@contextmanager
def _indisponivel_e_doente() -> Iterator[list[str]]:
    """Collect the reason why the sender cannot be used, instead of raising it.

    A key that cannot be opened is one of them: it must not stop the other senders of the same round.
    """
    motivos: list[str] = []
    try:
        yield motivos
    except ErroDoGateway as exc:
        motivos.append(exc.motivo)
    except Indisponivel as exc:
        motivos.append(exc.detail)


def instancia_verificar(*, empresa: Empresa, instancia: Instancia) -> Instancia:
    """Ask the gateway whether this sender can send: connection open **and** a database-backed answer.

    Outside any transaction. The result is written at once; `doente_desde` keeps the first bad moment.
    A gateway that answers is also told our webhook, where it does not know it yet: before the first
    message leaves, or nobody would ever say that it arrived.
    """
    estado, motivos = _perguntar(instancia)
    agora = timezone.now()
    instancia.sadia = not motivos
    instancia.estado = estado
    instancia.verificada_em = agora
    instancia.motivo = (motivos[0] if motivos else "")[:200]
    if instancia.sadia:
        instancia.doente_desde = None
    elif instancia.doente_desde is None:
        instancia.doente_desde = agora
    instancia.save(update_fields=["sadia", "estado", "verificada_em", "motivo", "doente_desde"])
    if estado != Instancia.Estado.FORA_DO_AR:
        instancia_registrar_webhook(empresa=empresa, instancia=instancia)
    return instancia


def _perguntar(instancia: Instancia) -> tuple[str, list[str]]:
    estado: str = Instancia.Estado.FORA_DO_AR
    with _indisponivel_e_doente() as motivos:
        cliente = cliente_da(instancia)
        estado = cliente.estado_da_conexao()
        if estado != Instancia.Estado.ABERTA:
            motivos.append("A instância não está conectada ao WhatsApp.")
        else:
            cliente.buscar_instancia()
    conhecido = estado in Instancia.Estado.values
    return (estado if conhecido else Instancia.Estado.DESCONHECIDO), motivos


def instancia_registrar_webhook(*, empresa: Empresa, instancia: Instancia) -> bool:
    """Tell the gateway where this sender's events go; return whether it knows the present address.

    Outside any transaction. Asks nothing while the same address, secret and gateway were registered less
    than a day ago, nor with COBRANCA_WEBHOOK_BASE empty. A failure is written to `webhook_motivo` and tried
    again at the next check; it makes no sender sick, since messages still leave.
    """
    if not settings.COBRANCA_WEBHOOK_BASE:
        return False
    url = webhook_da(instancia)
    resumo = hashlib.sha256("\n".join((instancia.url, url, instancia.segredo_cifrado)).encode()).hexdigest()
    quando, agora = instancia.webhook_registrado_em, timezone.now()
    if quando and instancia.webhook_resumo == resumo and agora - quando < WEBHOOK_VALE:
        return True
    with _indisponivel_e_doente() as motivos:
        segredo = decifrar(instancia.segredo_cifrado)
        cliente_da(instancia).configurar_webhook(url=url, cabecalhos={CABECALHO_DO_SEGREDO: segredo})
    instancia.webhook_motivo = (motivos[0] if motivos else "")[:200]
    if not motivos:
        instancia.webhook_url, instancia.webhook_resumo, instancia.webhook_registrado_em = url, resumo, agora
    instancia.save(update_fields=["webhook_motivo", "webhook_url", "webhook_resumo", "webhook_registrado_em"])
    return not motivos


def webhook_da(instancia: Instancia) -> str:
    """Return the address that the sender's events must reach; only its path without a public base."""
    caminho = reverse("webhook-evolution", kwargs={"codigo": instancia.codigo})
    return f"{settings.COBRANCA_WEBHOOK_BASE}{caminho}"


def instancia_pronta(*, empresa: Empresa, instancia: Instancia) -> bool:
    """Whether this sender may be used now; asks the gateway when the last answer is old.

    A sender in rest is not asked; after the rest the next message is its trial.
    """
    agora = timezone.now()
    if instancia.disjuntor_ate and agora < instancia.disjuntor_ate:
        return False
    validade = timedelta(seconds=settings.COBRANCA_VERIFICAR_S)
    if instancia.verificada_em is None or agora - instancia.verificada_em > validade:
        instancia_verificar(empresa=empresa, instancia=instancia)
    return instancia.sadia


def desfecho_contar(*, empresa: Empresa, instancia: Instancia, desfecho: Desfecho) -> bool:
    """Let an attempt's end speak for or against its sender; return whether the sender may go on.

    Not connected or wrongly configured: sick at once, until a check says otherwise. Several failures in a
    row: a rest that doubles each time and ends by itself.
    """
    if desfecho.tipo in (TipoDeDesfecho.ENVIADA, TipoDeDesfecho.RECUSADA):
        if instancia.falhas_seguidas or instancia.disjuntor_ate:
            instancia.falhas_seguidas, instancia.disjuntor_ate = 0, None
            instancia.save(update_fields=["falhas_seguidas", "disjuntor_ate"])
        return True
    agora = timezone.now()
    instancia.falhas_seguidas += 1
    instancia.motivo = desfecho.motivo[:200]
    if desfecho.instancia_desconectada or desfecho.configuracao:
        instancia.sadia, instancia.verificada_em = False, agora
        instancia.doente_desde = instancia.doente_desde or agora
    if desfecho.ritmo or instancia.falhas_seguidas >= FALHAS_ATE_DESCANSAR:
        instancia.disjuntor_ate = agora + _descanso(instancia.falhas_seguidas)
    instancia.save(
        update_fields=[
            "falhas_seguidas", "motivo", "sadia", "verificada_em", "doente_desde", "disjuntor_ate",
        ]
    )  # fmt: skip
    return instancia.sadia and instancia.disjuntor_ate is None


def _descanso(falhas: int) -> timedelta:
    base = settings.COBRANCA_DESCANSO_S * 2 ** min(max(falhas - FALHAS_ATE_DESCANSAR, 0), 10)
    return timedelta(seconds=min(base, DESCANSO_MAXIMO_S))


def intervalo_de(instancia: Instancia) -> timedelta:
    """Return the pause after one message: the sender's pace with jitter, slower while it warms up."""
    if not instancia.por_minuto:
        return timedelta(0)
    ritmo = float(instancia.por_minuto)
    # A clock set back must not make a sender of the future: its first day's pace would be none at all.
    idade = max((timezone.now() - instancia.criada_em).days, 0)
    if idade < instancia.aquecimento_dias:
        ritmo *= (idade + 1) / (instancia.aquecimento_dias + 1)
    sorte = random.uniform(-1, 1) * instancia.variacao_ritmo / 100  # noqa: S311 - spreads load
    return timedelta(seconds=60 / ritmo * (1 + sorte))


def instancia_ajustar(
    *,
    empresa: Empresa,
    ator: Ator,
    instancia: Instancia,
    url: str,
    ordem: int,
    ativa: bool,
    por_minuto: int,
    variacao_ritmo: int,
    aquecimento_dias: int,
    chave: str = "",
) -> None:
    """Change address, pace and preference of a sender, and its key where one is given. Audited.

    What is under way when the address changes is held: the new gateway would say that it never left.
    Locks the ciclos of those messages. Raises ErroDeValidacao.
    """
    nova = _endereco(url)
    with transaction.atomic():
        atual = Instancia.objects.get(empresa=empresa, pk=instancia.pk)
        Instancia.objects.filter(empresa=empresa, pk=instancia.pk).update(
            url=nova, ordem=ordem, ativa=ativa, por_minuto=_por_minuto(por_minuto),
            variacao_ritmo=variacao_ritmo, aquecimento_dias=aquecimento_dias, verificada_em=None,
            disjuntor_ate=None, falhas_seguidas=0,
        )  # fmt: skip
        if atual.url != nova:
            em_envio_segurar(empresa=empresa, instancia=instancia)
        if chave:
            instancia_trocar_chave(empresa=empresa, ator=ator, instancia=instancia, chave=chave)
        auditar(empresa=empresa, ator=ator, acao="instancia_ajustada", objeto=instancia, para=instancia.nome)
