"""What production refuses, and what every answer carries."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from nucleo.models import Empresa

RAIZ = Path(__file__).resolve().parent.parent.parent
CERTO = {
    "DJANGO_SETTINGS_MODULE": "config.settings.producao",
    "DJANGO_SECRET_KEY": "k" * 50,
    "COBRANCA_CHAVE_CIFRA": "c" * 44,
    "DATABASE_URL": "postgres://u:s@127.0.0.1:1/x",
    "DATABASE_URL_INQUILINO": "postgres://web:s@127.0.0.1:1/x",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "DJANGO_ALLOWED_HOSTS": "escritorio.exemplo.com.br",
}
_VER = """
from django.conf import settings as s
print(s.DEBUG, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS,
      s.DATABASES['default']['USER'], s.SESSION_COOKIE_HTTPONLY)
"""


def _ler(programa: str = _VER, **mudancas: str) -> subprocess.CompletedProcess[str]:
    limpo = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "LANG"}}
    ambiente = limpo | {k: v for k, v in (CERTO | mudancas).items() if v != "-"}
    return subprocess.run(
        [sys.executable, "-c", programa], cwd=RAIZ, env=ambiente, capture_output=True, text=True, check=False
    )


def test_production_starts_closed_when_everything_is_set() -> None:
    feito = _ler()
    assert feito.stdout.split() == ["False", "True", "True", "True", "31536000", "u", "True"], feito.stderr


def test_the_web_process_of_production_uses_its_own_login() -> None:
    assert _ler(BANCO_PAPEL="web").stdout.split()[5] == "web"


def test_production_ignores_the_wish_for_debug() -> None:
    assert _ler(DJANGO_DEBUG="1").stdout.split()[0] == "False"


@pytest.mark.parametrize(
    ("chave", "valor"),
    [
        ("DJANGO_SECRET_KEY", ""),
        ("DJANGO_SECRET_KEY", "inseguro-somente-para-desenvolvimento"),
        ("DJANGO_SECRET_KEY", "curta"),
        ("COBRANCA_CHAVE_CIFRA", ""),
        ("DATABASE_URL", ""),
        ("REDIS_URL", ""),
        ("DJANGO_ALLOWED_HOSTS", ""),
        ("DJANGO_ALLOWED_HOSTS", "*"),
    ],
)
def test_production_refuses_a_missing_or_default_secret_by_name(chave: str, valor: str) -> None:
    feito = _ler(**{chave: valor})
    assert feito.returncode != 0
    assert chave in feito.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("comando", "falta", "linha"),
    [
        ("migrate", "DATABASE_URL", "Erro: Em produção o banco e a fila são servidores próprios"),
        ("check", "REDIS_URL", "Erro: Em produção o banco e a fila são servidores próprios"),
        ("collectstatic", "DJANGO_SECRET_KEY", "Erro: Defina DJANGO_SECRET_KEY"),
    ],
)
def test_a_command_of_production_starts_no_server_and_refuses_in_one_line(
    tmp_path: Path, comando: str, falta: str, linha: str
) -> None:
    argumentos = ["manage.py", comando]
    programa = f"import runpy, sys; sys.argv = {argumentos}; runpy.run_path(sys.argv[0], run_name='__main__')"
    sem_servidores = {"DATABASE_URL": "-", "REDIS_URL": "-"}
    feito = _ler(programa, DADOS_DIR=str(tmp_path / "dados"), **sem_servidores | {falta: "-"})
    assert feito.returncode == 1
    assert feito.stderr.startswith(linha)
    assert feito.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_probes_reach_production_without_https() -> None:
    ver = "from django.conf import settings as s; print(s.SECURE_REDIRECT_EXEMPT)"
    isentos = ast.literal_eval(_ler(ver).stdout)
    enderecos = ["health/live", "health/ready", "metrics", "admin/", "api/v1/clientes/", "metricsx"]
    livres = [um for um in enderecos if any(re.search(padrao, um) for padrao in isentos)]
    assert livres == ["health/live", "health/ready", "metrics"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "endereco", ["/admin/login/", "/api/v1/sessao/perfis/", "/api/docs/", "/health/live"]
)
def test_no_answer_may_load_from_or_send_to_another_host(empresa: Empresa, endereco: str) -> None:
    resposta = Client().get(endereco)
    politica = resposta.headers["Content-Security-Policy"]
    assert "http" not in politica
    assert "*" not in politica
    assert "'unsafe-inline'" not in politica.partition("script-src")[2].partition(";")[0]
    assert "frame-ancestors 'none'" in politica
    assert resposta.headers["X-Content-Type-Options"] == "nosniff"
    assert resposta.headers["X-Frame-Options"] == "DENY"
    assert resposta.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_the_documentation_page_loads_only_our_own_files() -> None:
    corpo = Client().get("/api/docs/").content.decode()
    assert "https://" not in corpo
    assert "<script>" not in corpo
