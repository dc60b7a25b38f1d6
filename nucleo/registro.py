"""Logging: every line carries process and host, as readable text or as JSON."""

import logging
import logging.config
import os
import socket
from typing import Any

import structlog

_HOST = socket.gethostname()


def _processo_e_host(_: Any, __: str, evento: dict[str, Any]) -> dict[str, Any]:
    # Read at every line, not at import: a forked worker has a pid of its own.
    evento["processo"] = os.getpid()
    evento["host"] = _HOST
    return evento


def configurar(opcoes: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG callable; `opcoes` are `formato` (texto|json) and `nivel`."""
    comuns: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _processo_e_host,
    ]
    logging.config.dictConfig(_configuracao(comuns, opcoes))
    structlog.configure(
        processors=[*comuns, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _configuracao(comuns: list[Any], opcoes: dict[str, Any]) -> dict[str, Any]:
    # The console's own tracebacks print every local variable: hundreds of lines, with people's data in them.
    finais = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if opcoes.get("formato") == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=False, pad_event_to=40, exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "linha": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": comuns,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finais],
            }
        },
        "handlers": {"saida": {"class": "logging.StreamHandler", "formatter": "linha"}},
        "root": {"handlers": ["saida"], "level": opcoes.get("nivel", "INFO")},
        "loggers": {
            "django.server": {"handlers": ["saida"], "level": "INFO", "propagate": False},
            # A round every few seconds would bury what happened; failures and our own lines stay.
            "celery.beat": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
        },
    }
