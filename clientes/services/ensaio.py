"""A rehearsal on the real database: many processes number customers of a throw-away company at once."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from clientes.models import Cliente
from clientes.services.cadastro import cliente_criar
from clientes.services.series import SeriesDeClientes
from nucleo.ator import Ator
from nucleo.errors import ErroDeNegocio, Indisponivel
from nucleo.escopo import escopo, visao_do_dono
from nucleo.models import Empresa

ATOR = Ator("ensaio de concorrência")
MUNICIPIOS = (4106902, 4113700, 3550308, 3304557, 1302603, 2927408, 5300108, 4314902, 4205407, 2304400)
_PROGRAMA = (
    "import django; django.setup(); from clientes.services.ensaio import ensaio_do_filho; ensaio_do_filho()"
)
_MOTIVO = "ensaio de concorrência: criar e remover a empresa descartável"
# In the order of their foreign keys; nothing else refers to a company that only ever numbered customers.
_TABELAS = (
    "clientes_cliente",
    "codigo_sequencias",
    "codigo_municipio_contadores",
    "codigo_faixas_importadas",
    "nucleo_alerta",
    "nucleo_registroauditoria",
)


@dataclass(frozen=True)
class Ensaio:
    """What the rehearsal found."""

    processos: int
    municipios: int
    criados: int
    esperados: int
    duplicados: int
    lacunas: int
    erros: list[str]
    segundos: float
    por_segundo: float

    @property
    def aprovado(self) -> bool:
        return not (self.duplicados or self.lacunas or self.erros) and self.criados == self.esperados


def ensaio_executar(*, processos: int, por_processo: int, municipios: int) -> Ensaio:
    """Let `processos` real processes create customers at once; count, remove everything, report.

    The company exists only for the rehearsal, so no number of a real one is spent. Must be called outside
    any transaction; the processes connect as `inquilino`.
    """
    with visao_do_dono(_MOTIVO):
        empresa = Empresa.objects.create(slug=f"ensaio-{secrets.token_hex(6)}", nome="Ensaio de concorrência")
    try:
        saidas = _correr(empresa.pk, processos, por_processo, MUNICIPIOS[:municipios])
        with escopo(empresa):
            return _contar(empresa, saidas, processos * por_processo, municipios)
    finally:
        _remover(empresa.pk)


def _correr(empresa_id: int, processos: int, vezes: int, municipios: Sequence[int]) -> list[dict[str, Any]]:
    """Start the children, wait until all are ready, fire, gather. Whatever happens none is left behind."""
    filhos = [
        subprocess.Popen(  # noqa: S603 - our own program, nothing from outside
            [sys.executable, "-c", _PROGRAMA],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE, "BANCO_PAPEL": "inquilino"},
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(processos)
    ]
    try:
        for numero, filho in enumerate(filhos):
            pedido = {
                "banco": connection.settings_dict["NAME"],
                "empresa_id": empresa_id,
                "vezes": vezes,
                "municipios": list(municipios),
                "numero": numero,
            }
            _escrever(filho, json.dumps(pedido))
        for filho in filhos:
            _ler(filho)
        for filho in filhos:
            _escrever(filho, "ja")
        return [json.loads(_ler(filho)) for filho in filhos]
    finally:
        for filho in filhos:
            filho.kill()
            filho.communicate()


def _escrever(filho: "subprocess.Popen[str]", linha: str) -> None:
    assert filho.stdin is not None  # noqa: S101 - opened as a pipe above
    filho.stdin.write(linha + "\n")
    filho.stdin.flush()


def _ler(filho: "subprocess.Popen[str]") -> str:
    assert filho.stdout is not None  # noqa: S101 - opened as a pipe above
    linha = filho.stdout.readline()
    if not linha:
        raise Indisponivel("ensaio_interrompido", "Um dos processos do ensaio terminou antes da hora.")
    return linha


def ensaio_do_filho() -> None:
    """In the child: read what to do, report ready, wait for the gun, create, report."""
    pedido = json.loads(sys.stdin.readline())
    # The parent's database, which may be a test's.
    connection.settings_dict["NAME"] = pedido.pop("banco")
    sys.stdout.write("pronto\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(json.dumps(_criar(**pedido)) + "\n")


def _criar(empresa_id: int, vezes: int, municipios: list[int], numero: int) -> dict[str, Any]:
    erros = []
    with escopo(empresa_id):
        empresa = Empresa.objects.get(pk=empresa_id)
        inicio = time.monotonic()
        for vez in range(vezes):
            ibge = municipios[(vez + numero) % len(municipios)]
            try:
                cliente_criar(empresa=empresa, ator=ATOR, nome=f"Ensaio {numero} {vez}", municipio_ibge=ibge)
            except ErroDeNegocio as erro:
                erros.append(erro.code)
        fim = time.monotonic()
    return {"inicio": inicio, "fim": fim, "erros": erros}


def _contar(empresa: Empresa, saidas: list[dict[str, Any]], esperados: int, municipios: int) -> Ensaio:
    codigos = list(Cliente.objects.filter(empresa=empresa).values_list("codigo_cliente", flat=True))
    achados = SeriesDeClientes().verificar(empresa)
    segundos = max(s["fim"] for s in saidas) - min(s["inicio"] for s in saidas)
    return Ensaio(
        processos=len(saidas),
        municipios=municipios,
        criados=len(codigos),
        esperados=esperados,
        duplicados=len(codigos) - len(set(codigos)),
        lacunas=sum(achado.tipo == "lacuna" for achado in achados),
        erros=[erro for saida in saidas for erro in saida["erros"]],
        segundos=round(segundos, 3),
        por_segundo=round(len(codigos) / segundos, 1) if segundos else 0.0,
    )


def _remover(empresa_id: int) -> None:
    with visao_do_dono(_MOTIVO), transaction.atomic(), connection.cursor() as cursor:
        for tabela in _TABELAS:
            cursor.execute(f"DELETE FROM {tabela} WHERE empresa_id = %s", [empresa_id])  # noqa: S608
        cursor.execute("DELETE FROM nucleo_empresa WHERE id = %s", [empresa_id])
