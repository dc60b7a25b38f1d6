"""gunicorn, for `make run` and for production alike: more than one process, a few threads in each."""

import gc
import logging
import os
import socket
import time
from pathlib import Path
from typing import Any

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 90
graceful_timeout = 10
keepalive = 5
# Beyond it gunicorn answers by itself, in HTML: as far away as it allows.
limit_request_line = 8190
# The workers' sign of life is a file touched every second: keep it off the disk where we can.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True

accesslog = "-"
# Path without its query string: searches carry names and documents of people.
access_log_format = "%(m)s %(U)s %(s)s %(B)sB %(M)sms"


class LinhaUtc(logging.Formatter):
    """Process and host in every line, in UTC like the lines of the application."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        linha = f"%(asctime)s [%(levelname)-8s] %(message)s host={socket.gethostname()} processo=%(process)d"
        super().__init__(linha, "%Y-%m-%dT%H:%M:%SZ")


logconfig_dict: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"linha": {"()": LinhaUtc}},
    "handlers": {
        "saida": {"class": "logging.StreamHandler", "formatter": "linha", "stream": "ext://sys.stdout"}
    },
    "root": {"level": "INFO", "handlers": ["saida"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["saida"], "propagate": False},
        "gunicorn.access": {"level": "INFO", "handlers": ["saida"], "propagate": False},
    },
}


def post_worker_init(worker: Any) -> None:
    """What starting made stays until the end: the collector need not walk over it in the middle of a page."""
    gc.collect()
    gc.freeze()


def child_exit(server: Any, worker: Any) -> None:
    """Forget the live gauges of a worker that has ended; its counters stay, as totals must not fall."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
