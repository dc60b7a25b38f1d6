"""Each way out of the scope that was shown open, tried on a connection like the web's."""

import json
import subprocess
import sys

import pytest

from nucleo.ator import Ator
from nucleo.escopo import escopo, visao_do_dono
from nucleo.models import Perfil
from nucleo.services.alertas import alerta_abrir
from nucleo.services.chaves import chave_criar
from nucleo.services.empresas import empresa_criar
from nucleo.tests.factories import VinculoFactory
from nucleo.tests.processos import RAIZ, ambiente
from nucleo.tests.saidas import PROIBIDOS

ATOR = Ator("teste")
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concorrencia]

_PROGRAMA = """
import json, sys, django
django.setup()
from nucleo.tests.saidas import todas
print(json.dumps(todas(*map(int, sys.argv[1:]))))
"""


def _tentar(alfa: int, beta: int, papel: str) -> dict:
    comando = [sys.executable, "-c", _PROGRAMA, str(alfa), str(beta)]
    feito = subprocess.run(
        comando, cwd=RAIZ, env=ambiente(papel), capture_output=True, text=True, timeout=60, check=False
    )
    assert feito.returncode == 0, feito.stderr
    return json.loads(feito.stdout.splitlines()[-1])


def _duas_empresas() -> tuple[int, int]:
    """Beta has what Alfa must not see: a person, a key, an alert, a line of the trail."""
    alfa, beta = (empresa_criar(slug=slug, nome=slug) for slug in ("alfa", "beta"))
    with escopo(beta):
        chave_criar(empresa=beta, nome="chave", ator=ATOR)
        alerta_abrir(empresa=beta, chave="x", severidade="error", titulo="x")
    VinculoFactory(perfil=Perfil.objects.get(empresa=beta, nome="gerente"))
    return alfa.pk, beta.pk


def test_no_known_way_out_of_the_scope_shows_or_changes_another_empresas_rows() -> None:
    alfa, beta = _duas_empresas()
    visto = _tentar(alfa, beta, "web")
    proibidos = visto.pop("proibidos")
    assert {nome: fim for nome, fim in proibidos.items() if fim != "InsufficientPrivilege"} == {}
    assert set(proibidos) == set(PROIBIDOS)
    assert visto == {
        "sem escopo": [],
        "no escopo": [alfa],
        "conexão perdida dentro de atomic": [alfa],
        "conexão perdida, escopo já deixado": [],
        "close() no escopo": [alfa],
        "close() antes de deixar o escopo": [],
        "corpo em partes": [[alfa], [alfa], []],
        "corpo abandonado": [],
        "thread": [],
        "RESET ROLE": [alfa],
        "RESET ALL": [],
        "DISCARD ALL": [],
        "bloco desfeito": [alfa],
        "depois de um erro": [],
        "um escopo depois do outro": [beta],
        "visão do dono": "VisaoDoDonoNaWeb",
        "COPY FROM": "FeatureNotSupported",
        "gravar na outra": [0, 0, "InsufficientPrivilege"],
        "chave de fora": "ForeignKeyViolation",
        "estranho": [0, 0, "InsufficientPrivilege"],
        "chaves da outra": [0] * 7,
        "estatísticas": [0, 0],
        "row_security = off": "InsufficientPrivilege",
    }
    with visao_do_dono("teste: nada mudou na outra empresa"):
        assert set(Perfil.objects.filter(empresa_id=beta).values_list("nome", flat=True)) == {
            "gerente",
            "vendas",
            "estoque",
            "cobrança",
        }


def test_the_same_ways_are_open_where_the_owner_connects() -> None:
    """Positive control: switching the role per request, as owner, is what the wall does not rely on."""
    alfa, beta = _duas_empresas()
    visto = _tentar(alfa, beta, "dono")
    assert visto["no escopo"] == [alfa]
    assert visto["sem escopo"] == [alfa, beta]
    assert visto["RESET ROLE"] == [alfa, beta]
    assert visto["thread"] == [alfa, beta]
