"""``simular_evolution`` refuses where real customers are, and says why a port cannot be had."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError


def test_em_producao_o_simulador_se_recusa(settings: Any) -> None:
    settings.PRODUCAO = True
    with pytest.raises(CommandError, match="não roda em produção"):
        call_command("simular_evolution", port=0)


def test_porta_ocupada_e_dita_numa_linha(settings: Any, tmp_path: object) -> None:
    settings.DADOS_DIR = tmp_path
    with socket.create_server(("127.0.0.1", 0)) as tomada:
        porta = tomada.getsockname()[1]
        with pytest.raises(CommandError, match=f"porta {porta}"):
            call_command("simular_evolution", port=porta)


def test_uma_porta_que_nao_existe_e_dita_numa_linha() -> None:
    with pytest.raises(CommandError, match="a porta vai de 1 a 65535"):
        call_command("simular_evolution", port=99999)
