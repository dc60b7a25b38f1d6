"""The supervisor: prepares, starts every part, watches them and the embedded servers, stops all in order."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

from config.ambiente import RAIZ
from config.embutido import ErroDeInicio, Servidores, garantir, monitorar, travas
from config.embutido.pastas import Pastas, criar_raiz, dados_dir
from config.preflight import conferir_maquina, conferir_servidores
from config.preflight.maquina import hospedeiro, porta
from config.supervisor.diario import Diario
from config.supervisor.partes import partes, tem_comando
from config.supervisor.processo import Processo

_PASSO_S = 0.3
_ENTRE_EXAMES_S = 1.0


class Supervisor:
    """One run of the product."""

    def __init__(self, *, dev: bool) -> None:
        self._dev = dev
        self._diario = Diario()
        self._pare = threading.Event()
        self._ja = False
        self._servidores: Servidores | None = None
        self._processos: list[Processo] = []
        self._inicio = time.monotonic()
        self._trava = -1

    def rodar(self) -> None:
        """Run until told to stop. ErroDeInicio where it cannot start; then nothing is left running."""
        conferir_maquina()
        conferir_servidores()
        self._ocupar()
        for sinal in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sinal, self._ao_sinal)
        try:
            self._preparar()
            self._iniciar_partes()
            self._vigiar()
        finally:
            self._parar()

    def _ao_sinal(self, numero: int, quadro: FrameType | None) -> None:
        # The second Ctrl-C of somebody in a hurry.
        self._ja = self._pare.is_set() and numero == signal.SIGINT
        self._pare.set()

    def _ocupar(self) -> None:
        """One run per DADOS_DIR: two would fight over the same schedule and the same metrics."""
        pastas = Pastas(dados_dir())
        criar_raiz(pastas)
        self._trava = travas.abrir(pastas.raiz / "run.trava")
        if not travas.tentar(self._trava):
            raise ErroDeInicio(
                f"Já há um 'make run' usando DADOS_DIR={pastas.raiz}. "
                "Pare-o ou aponte DADOS_DIR para outra pasta."
            )

    def _preparar(self) -> None:
        self._diario.diz("preparando o banco e a fila")
        self._servidores = garantir()
        os.environ.pop("BANCO_PAPEL", None)
        demo = ["--demo"] if _com_demo() else []
        comando = [sys.executable, "-m", "config.supervisor.preparar", *demo]
        self._passo("banco", comando, {"BANCO_PAPEL": "dono"})

    def _passo(self, nome: str, comando: list[str], ambiente: dict[str, str]) -> None:
        """Run a step to its end, its lines in our log; a failed step ends the start."""
        if self._pare.is_set():
            return
        processo = subprocess.Popen(
            comando,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=RAIZ,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **ambiente},
        )
        ultima = ""
        with processo:
            for linha in processo.stdout or []:
                ultima = linha.strip() or ultima
                if not ultima.startswith("Erro: "):
                    self._diario.linha(nome, linha.rstrip("\n"))
        if processo.returncode and not self._pare.is_set():
            raise ErroDeInicio(ultima.removeprefix("Erro: ") or f"o passo '{nome}' falhou")

    def _iniciar_partes(self) -> None:
        metricas = dados_dir() / "metricas"
        # Files of processes of an earlier run would count as living ones.
        shutil.rmtree(metricas, ignore_errors=True)
        metricas.mkdir(parents=True)
        for parte in partes(dev=self._dev, metricas=metricas):
            if self._pare.is_set():
                return
            processo = Processo(parte, self._diario)
            processo.iniciar()
            self._processos.append(processo)

    def _vigiar(self) -> None:
        anunciado, examinar_em = False, time.monotonic() + _ENTRE_EXAMES_S
        while not self._pare.wait(_PASSO_S):
            for processo in self._processos:
                processo.vigiar()
            if time.monotonic() >= examinar_em:
                self._cuidar_dos_servidores()
                examinar_em = time.monotonic() + _ENTRE_EXAMES_S
            if not anunciado and _web_responde():
                anunciado = True
                self._anunciar()

    def _cuidar_dos_servidores(self) -> None:
        if self._servidores is None:
            return
        mortos = monitorar(self._servidores)
        if not mortos:
            return
        nomes = " e ".join(mortos)
        self._diario.diz(f"{nomes}: não responde; inicio de novo")
        try:
            self._servidores.subir()
        except ErroDeInicio as erro:
            # Left alone it would stay down: the next look tries again.
            self._diario.diz(f"{nomes}: {erro}")
            return
        self._diario.diz(f"{nomes}: de volta")

    def _anunciar(self) -> None:
        base = f"http://{hospedeiro()}:{porta('PORT', 8000)}"
        linhas = [
            f"Backoffice no ar ({time.monotonic() - self._inicio:.1f} s)",
            "",
            f"Escritório   {base}/admin/",
            f"API          {base}/api/v1/   documentação em {base}/api/docs/",
            f"Saúde        {base}/health/ready",
            f"Dados        {dados_dir()}",
            "Parar        Ctrl-C",
        ]
        if _com_demo():
            linhas.insert(3, "             usuário demo, senha demo (só nos dados de demonstração)")
        if tem_comando("simular_evolution"):
            simulador = f"http://{hospedeiro()}:{porta('SIMULADOR_PORT', 8090)}/_simulador/enviadas"
            linhas.insert(-2, f"Simulador    {simulador}")
        if self._dev:
            linhas.insert(-1, "Modo         desenvolvimento: a web recarrega sozinha; worker e beat, não")
        self._diario.quadro(linhas)

    def _parar(self) -> None:
        """Stop in the reverse order, then give the servers back (the last user stops them)."""
        if self._processos:
            self._diario.diz("parando (Ctrl-C de novo encerra à força)")
        for processo in reversed(self._processos):
            processo.pedir_fim()
        for processo in reversed(self._processos):
            processo.encerrar(ja=self._ja)
        if self._servidores is not None:
            self._servidores.liberar()
        if self._processos:
            self._diario.diz("tudo parado; os dados ficam em " + str(dados_dir()))
        os.close(self._trava)


def _com_demo() -> bool:
    """Whether an empty database gets the demo companies (CARREGAR_DEMO=0: no)."""
    return os.environ.get("CARREGAR_DEMO") != "0" and tem_comando("carregar_demo")


def _web_responde() -> bool:
    conexao = http.client.HTTPConnection(_alcancavel(), porta("PORT", 8000), timeout=2)
    try:
        conexao.request("GET", "/health/live")
        conexao.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        conexao.close()
    return True


def _alcancavel() -> str:
    return "127.0.0.1" if hospedeiro() in {"0.0.0.0", "::"} else hospedeiro()  # noqa: S104 - compared, not bound
