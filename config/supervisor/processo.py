"""One part while it runs: started in a process group of its own, watched, restarted with growing pauses."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from config.ambiente import RAIZ
from config.supervisor.diario import Diario
from config.supervisor.partes import Parte

_FILHO = Path(__file__).parent / "filho.py"
_PAUSA_INICIAL_S = 0.5
_PAUSA_MAXIMA_S = 30.0
# A part that lived this long was fine: its next restart does not wait for the sins of earlier ones.
_SAUDAVEL_S = 30.0


class Processo:
    """Keeps one part running."""

    def __init__(self, parte: Parte, diario: Diario) -> None:
        self.parte = parte
        self._diario = diario
        self._processo: subprocess.Popen[str] | None = None
        self._iniciado_em = 0.0
        self._pausa = _PAUSA_INICIAL_S
        self._reiniciar_em: float | None = None

    def iniciar(self) -> None:
        """Start the part. Called from the main thread only: its end is what the child is told to die with."""
        ambiente = {**os.environ, "PYTHONUNBUFFERED": "1", **self.parte.ambiente}
        self._processo = subprocess.Popen(
            [sys.executable, "-I", str(_FILHO), str(os.getpid()), *self.parte.comando],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            cwd=RAIZ,
            env=ambiente,
        )
        self._iniciado_em = time.monotonic()
        self._reiniciar_em = None
        threading.Thread(target=self._repassar, args=[self._processo], daemon=True).start()

    def _repassar(self, processo: "subprocess.Popen[str]") -> None:
        if processo.stdout is None:
            return
        with processo.stdout as linhas:
            for linha in linhas:
                self._diario.linha(self.parte.nome, linha.rstrip("\n"))

    def vigiar(self) -> None:
        """Notice that the part has ended, say so, and start it again when its pause is over."""
        if self._reiniciar_em is not None:
            if time.monotonic() >= self._reiniciar_em:
                self.iniciar()
                self._diario.diz(f"{self.parte.nome}: iniciado de novo")
            return
        if self._processo is None or self._processo.poll() is None:
            return
        fim = self._processo.returncode
        if time.monotonic() - self._iniciado_em > _SAUDAVEL_S:
            self._pausa = _PAUSA_INICIAL_S
        motivo = f"morto pelo sinal {-fim}" if fim < 0 else f"terminou com código {fim}"
        self._diario.diz(f"{self.parte.nome}: {motivo}; inicio de novo em {self._pausa:g} s")
        # What its main process left behind would hold the port and work on unseen.
        self._sinal(signal.SIGKILL, ao_grupo=True)
        self._reiniciar_em = time.monotonic() + self._pausa
        self._pausa = min(self._pausa * 2, _PAUSA_MAXIMA_S)

    def vivo(self) -> bool:
        """Whether the part's main process runs now."""
        return self._processo is not None and self._processo.poll() is None

    def pedir_fim(self) -> None:
        """Ask the part to finish in order."""
        self._reiniciar_em = None
        if self.vivo():
            self._sinal(signal.SIGTERM, ao_grupo=self.parte.sinal_ao_grupo)

    def encerrar(self, *, ja: bool) -> None:
        """End the part and everything it started; at once with `ja`, else when its patience is over."""
        if self._processo is None:
            return
        try:
            self._processo.wait(0.1 if ja else self.parte.paciencia_s)
        except subprocess.TimeoutExpired:
            self._diario.diz(f"{self.parte.nome}: não terminou a tempo; encerrado à força")
        self._sinal(signal.SIGKILL, ao_grupo=True)
        self._processo.wait()

    def _sinal(self, sinal: signal.Signals, *, ao_grupo: bool) -> None:
        if self._processo is None:
            return
        try:
            if ao_grupo:
                os.killpg(self._processo.pid, sinal)
            else:
                self._processo.send_signal(sinal)
        except ProcessLookupError:
            return
