"""What the answer to a send means. An HTTP status alone does not say whether the message left.

The rules were read off recorded exchanges: everything up to the number's look-up fails with a 500 in the
server's own envelope (nothing left); everything after it is turned into a 400 with one string (ambiguous);
definite refusals are a nested array, ``Text is required`` or ``exists: false``. Whatever does not carry the
envelope came from something in between, and says nothing about the message.
"""

from __future__ import annotations

import json
import re
from typing import Any

import httpcore
import httpx

from cobranca.gateway.tipos import Desfecho, RespostaBruta, TipoDeDesfecho

DETALHE_MAXIMO = 120
ID_MAXIMO = 100
_SEGREDO = re.compile(r"(?=[\w\-]*\d)[\w\-]{12,}")
_NADA_SAIU = (
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.PoolTimeout,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
# Refusals a proxy makes by itself, before it passes anything on.
_RECUSAS_DO_PROXY = frozenset({401, 403, 404, 405, 407, 411, 413, 414, 415, 421, 426, 429, 431})
_SEM_RESPOSTA = (httpcore.ReadTimeout, httpx.ReadTimeout)


def classificar(resultado: RespostaBruta | httpx.Response | Exception) -> Desfecho:
    """The outcome of one sendText, from its answer or from the exception that came instead. Pure."""
    if isinstance(resultado, Exception):
        return _da_excecao(resultado)
    if isinstance(resultado, httpx.Response):
        resultado = RespostaBruta(resultado.status_code, resultado.content)
    dados = _ler_json(resultado)
    if 200 <= resultado.status < 300:
        return _de_sucesso(resultado, dados)
    mensagem = _mensagem_do_envelope(resultado.status, dados)
    if mensagem is None:
        return _sem_envelope(resultado)
    if resultado.status == 400:
        return _do_400(mensagem, dados)
    if resultado.status >= 500:
        return _do_500(resultado.status, mensagem)
    return _de_configuracao(resultado.status, mensagem)


def _da_excecao(excecao: Exception) -> Desfecho:
    if isinstance(excecao, _NADA_SAIU):
        motivo = "Não foi possível conectar ao gateway; nada foi enviado."
        return Desfecho(TipoDeDesfecho.NAO_ENVIADA, "sem_conexao_com_gateway", motivo, inacessivel=True)
    if isinstance(excecao, _SEM_RESPOSTA):
        motivo = "O gateway não respondeu no prazo; a mensagem pode ter saído."
        return Desfecho(TipoDeDesfecho.INCERTA, "sem_resposta_no_prazo", motivo, inacessivel=True)
    motivo = "A conexão com o gateway caiu antes da resposta; a mensagem pode ter saído."
    return Desfecho(TipoDeDesfecho.INCERTA, "conexao_caiu", motivo, inacessivel=True)


def _ler_json(resposta: RespostaBruta) -> Any:
    if not resposta.inteira:
        return None
    try:
        return json.loads(resposta.corpo)
    except (ValueError, RecursionError):
        return None


def _de_sucesso(resposta: RespostaBruta, dados: Any) -> Desfecho:
    chave = dados.get("key") if isinstance(dados, dict) else None
    provider_id = chave.get("id") if isinstance(chave, dict) else None
    if isinstance(chave, dict) and isinstance(provider_id, str) and 0 < len(provider_id) <= ID_MAXIMO:
        remoto = chave.get("remoteJid")
        return Desfecho(
            TipoDeDesfecho.ENVIADA,
            "enviada",
            "Entregue ao WhatsApp.",
            provider_id=provider_id,
            remote_jid=remoto[:ID_MAXIMO] if isinstance(remoto, str) else "",
            status_http=resposta.status,
            pedido_terminado=True,
        )
    motivo = "O gateway disse que enviou, mas a resposta veio sem o identificador; a mensagem pode ter saído."
    return Desfecho(TipoDeDesfecho.INCERTA, "resposta_sem_id", motivo, status_http=resposta.status)


def _mensagem_do_envelope(status: int, dados: Any) -> Any:
    """``response.message`` of the server's own envelope, or None when the answer is not the server's."""
    if not isinstance(dados, dict) or dados.get("status") != status:
        return None
    resposta = dados.get("response")
    return resposta.get("message") if isinstance(resposta, dict) else None


def _sem_envelope(resposta: RespostaBruta) -> Desfecho:
    status = resposta.status
    if status in _RECUSAS_DO_PROXY or (300 <= status < 400 and status != 303):
        motivo = f"O endereço do gateway recusou o pedido (HTTP {status}); confira o endereço da instância."
        return Desfecho(
            TipoDeDesfecho.NAO_ENVIADA,
            "endereco_recusou",
            motivo,
            status_http=status,
            configuracao=status != 429,
            ritmo=status == 429,
        )
    motivo = f"Um servidor no caminho respondeu HTTP {status}; a mensagem pode ter saído."
    return Desfecho(
        TipoDeDesfecho.INCERTA, "resposta_de_intermediario", motivo, status_http=status, inacessivel=True
    )


# -- 400: definite refusals, and what comes from inside the send step ---------------------------------------


def _do_400(mensagem: Any, dados: dict[str, Any]) -> Desfecho:
    if isinstance(mensagem, str) and dados.get("error") != "Bad Request":
        return _recusada(
            "requisicao_invalida", "O gateway não entendeu o pedido; nada foi enviado.", mensagem
        )
    primeira = mensagem[0] if isinstance(mensagem, list) and mensagem else None
    if isinstance(primeira, list):
        texto = primeira[0] if primeira and isinstance(primeira[0], str) else ""
        return _recusada(
            "requisicao_invalida", "O gateway recusou o formato do pedido; nada foi enviado.", texto
        )
    if isinstance(primeira, dict) and primeira.get("exists") is False:
        return _recusada("numero_sem_whatsapp", "Este número não tem WhatsApp.", "")
    if primeira == "Text is required":
        return _recusada("texto_vazio", "O texto da mensagem está vazio.", "")
    return _do_passo_de_envio(primeira if isinstance(primeira, str) else "")


def _recusada(codigo: str, motivo: str, texto: str) -> Desfecho:
    return Desfecho(
        TipoDeDesfecho.RECUSADA,
        codigo,
        motivo,
        status_http=400,
        pedido_terminado=True,
        detalhe=limpar_detalhe(texto),
    )


def _do_passo_de_envio(texto: str) -> Desfecho:
    """A 400 with one string: raised while sending. Only one of these texts is known to mean nothing left."""
    if texto.startswith("Prisma"):
        motivo = (
            "A mensagem saiu, mas o gateway não conseguiu registrá-la; é preciso conferir antes de reenviar."
        )
        return _incerta("saiu_sem_registro", motivo, texto, saiu_sem_registro=True)
    if texto == "TypeError: Cannot read properties of undefined (reading 'id')":
        motivo = "A instância não está conectada ao WhatsApp; nada foi enviado."
        return _nao_enviada("instancia_desconectada", motivo, 400, texto, instancia_desconectada=True)
    if texto == "Error: Connection Closed":
        motivo = "A conexão com o WhatsApp fechou durante o envio; a mensagem provavelmente não saiu."
        return _incerta("conexao_fechou_no_envio", motivo, texto, instancia_desconectada=True)
    if texto == "Error: Timed Out":
        motivo = "O WhatsApp não confirmou o envio a tempo; a mensagem pode ter saído."
        return _incerta("envio_expirou", motivo, texto)
    return _incerta("erro_no_envio", "O gateway falhou durante o envio; a mensagem pode ter saído.", texto)


def _incerta(codigo: str, motivo: str, texto: str, **marcas: Any) -> Desfecho:
    return Desfecho(
        TipoDeDesfecho.INCERTA,
        codigo,
        motivo,
        status_http=400,
        pedido_terminado=True,
        detalhe=limpar_detalhe(texto),
        **marcas,
    )


# -- 500: always raised before the message is written -------------------------------------------------------

_CAUSAS_500: list[tuple[str, str, str, dict[str, bool]]] = [
    (
        "Connection Closed",
        "instancia_desconectada",
        "A instância está desconectada do WhatsApp; nada foi enviado.",
        {"instancia_desconectada": True},
    ),
    (
        "reading 'onWhatsApp'",
        "instancia_nunca_conectada",
        "A instância ainda não foi conectada ao WhatsApp; nada foi enviado.",
        {"instancia_desconectada": True},
    ),
    (
        "reading 'textMessage'",
        "instancia_iniciando",
        "O gateway está iniciando e ainda não carregou a instância; nada foi enviado.",
        {"instancia_desconectada": True},
    ),
    (
        "reading 'find'",
        "consulta_expirou",
        "O WhatsApp não respondeu à consulta do número; nada foi enviado.",
        {},
    ),
    (
        "rate-overlimit",
        "ritmo_excedido",
        "O WhatsApp pediu para diminuir o ritmo; nada foi enviado.",
        {"ritmo": True},
    ),
    (
        "prismaRepository",
        "banco_do_gateway_fora",
        "O banco de dados do gateway está fora do ar; nada foi enviado.",
        {},
    ),
]


def _do_500(status: int, mensagem: Any) -> Desfecho:
    texto = _primeiro_texto(mensagem)
    if status != 500:
        # The server itself never answers 502 to 504: somebody imitates its envelope, so it proves nothing.
        return _sem_envelope(RespostaBruta(status, b""))
    for marca, codigo, motivo, marcas in _CAUSAS_500:
        if marca in texto:
            return _nao_enviada(codigo, motivo, 500, texto, **marcas)
    motivo = "O gateway recusou o envio antes de começar; nada foi enviado."
    return _nao_enviada("erro_antes_do_envio", motivo, 500, texto)


def _de_configuracao(status: int, mensagem: Any) -> Desfecho:
    texto = _primeiro_texto(mensagem)
    if status in (408, 429):
        return _sem_envelope(RespostaBruta(status, b""))
    if status == 401:
        motivo = "O gateway não aceitou a chave da instância (ou está sem banco de dados); nada foi enviado."
        return _nao_enviada("chave_recusada", motivo, status, "", configuracao=True)
    if status == 404 and "instance does not exist" in texto:
        motivo = "O gateway não conhece esta instância; nada foi enviado."
        return _nao_enviada("instancia_desconhecida", motivo, status, "", configuracao=True)
    motivo = f"O gateway recusou o pedido (HTTP {status}); nada foi enviado. Confira o endereço da instância."
    return _nao_enviada("pedido_recusado", motivo, status, texto, configuracao=True)


def _nao_enviada(codigo: str, motivo: str, status: int, texto: str, **marcas: Any) -> Desfecho:
    return Desfecho(
        TipoDeDesfecho.NAO_ENVIADA,
        codigo,
        motivo,
        status_http=status,
        pedido_terminado=True,
        detalhe=limpar_detalhe(texto),
        **marcas,
    )


def _primeiro_texto(mensagem: Any) -> str:
    while isinstance(mensagem, list) and mensagem:
        mensagem = mensagem[0]
    return mensagem if isinstance(mensagem, str) else ""


def limpar_detalhe(texto: str) -> str:
    """One short printable line, anything like a key masked: bodies hold code, SQL and tokens."""
    linha = next((parte for parte in texto[:2000].splitlines() if parte.strip()), "")
    visivel = "".join(c for c in linha if c.isprintable()).strip()
    return _SEGREDO.sub("***", visivel)[:DETALHE_MAXIMO]
