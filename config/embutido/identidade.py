"""As whom the embedded servers run.

PostgreSQL refuses root. Started by root it gets an identity of its own, without name or login, and reaches
its files through a capability where a folder above them is closed: folders we did not make stay as they are.
"""

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from config.embutido.erros import ErroDeInicio

# Nobody's number: between the ranges that distributions hand out to people and to services.
UID_DOS_SERVIDORES = 47618
_CAPACIDADES = {"dac_override": 1, "dac_read_search": 2, "setpcap": 8}


@dataclass(frozen=True)
class Identidade:
    """User and group of the server processes."""

    uid: int
    gid: int


def dos_servidores(dados_postgres: Path) -> Identidade:
    """Our own identity; for root that of whoever owns the data, else the nameless one."""
    dono = _dono(dados_postgres)
    if os.geteuid() != 0:
        if dono is not None and dono.uid != os.geteuid():
            raise ErroDeInicio(
                f"Os dados em {dados_postgres} pertencem a outro usuário. Rode com o usuário da primeira vez "
                "ou aponte DADOS_DIR para outra pasta."
            )
        return Identidade(os.geteuid(), os.getegid())
    if dono is not None and dono.uid != 0:
        return dono
    return Identidade(UID_DOS_SERVIDORES, UID_DOS_SERVIDORES)


def _dono(caminho: Path) -> Identidade | None:
    """Who owns `caminho`; None where there is nothing, or nothing that we may see."""
    try:
        dados = caminho.stat()
    except OSError:
        return None
    return Identidade(dados.st_uid, dados.st_gid)


def com_nome() -> Identidade:
    """For `initdb`, which insists on a user with a name."""
    if os.geteuid() != 0:
        return Identidade(os.geteuid(), os.getegid())
    try:
        ninguem = pwd.getpwnam("nobody")
    except KeyError as erro:
        raise ErroDeInicio(
            "Rodando como root em um sistema sem o usuário 'nobody': "
            "rode como usuário comum ou defina DATABASE_URL."
        ) from erro
    return Identidade(ninguem.pw_uid, ninguem.pw_gid)


def comando(quem: Identidade, programa: list[str], *, alcanca: list[Path]) -> list[str]:
    """The command line that runs `programa` as `quem` and lets it reach the paths in `alcanca`."""
    if os.geteuid() == quem.uid:
        return programa
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise ErroDeInicio(
            "Rodando como root sem o programa 'setpriv' (pacote util-linux): instale-o, "
            "rode como usuário comum ou defina DATABASE_URL e REDIS_URL."
        )
    prefixo = [setpriv, f"--reuid={quem.uid}", f"--regid={quem.gid}", "--clear-groups"]
    capacidade = _capacidade_necessaria(Path(programa[0]), alcanca)
    if capacidade:
        # Without the securebit access(2), which initdb asks about its own programs, ignores the capability.
        prefixo += ["--securebits=+no_setuid_fixup"]
        prefixo += [f"--inh-caps=+{capacidade}", f"--ambient-caps=+{capacidade}"]
    return [*prefixo, "--", *programa]


def _capacidade_necessaria(programa: Path, alcanca: list[Path]) -> str | None:
    """Which capability opens the way, if one is needed at all."""
    executavel = bool(programa.stat().st_mode & 0o001)
    if executavel and all(_aberto(caminho) for caminho in [programa, *alcanca]):
        return None
    # Passing through and reading is enough, except where the program itself is closed to others.
    for nome in ["dac_read_search", "dac_override"] if executavel else ["dac_override"]:
        if _temos(nome) and _temos("setpcap"):
            return nome
    raise ErroDeInicio(
        f"Como root, os servidores não alcançam {programa} nem os dados: uma pasta acima é fechada e este "
        "ambiente não dá a root a permissão de contornar isso. Ponha o projeto em uma pasta aberta a todos "
        "(por exemplo /srv), rode como usuário comum ou defina DATABASE_URL e REDIS_URL."
    )


def _aberto(caminho: Path) -> bool:
    """Whether anyone may pass through every folder above `caminho` (and read it, if it is a file)."""
    if caminho.is_file() and not caminho.stat().st_mode & 0o004:
        return False
    return all(pasta.stat().st_mode & 0o001 for pasta in caminho.resolve().parents)


def _temos(capacidade: str) -> bool:
    """Whether the kernel would let us hand this capability on (containers often drop some)."""
    try:
        linhas = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return False
    pares = [linha.partition(":\t") for linha in linhas if linha.startswith("Cap")]
    bits = {nome: int(valor, 16) for nome, _, valor in pares}
    bit = 1 << _CAPACIDADES[capacidade]
    return bool(bits.get("CapPrm", 0) & bits.get("CapBnd", 0) & bit)
