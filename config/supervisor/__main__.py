"""Entry of `make run` (and, with --dev, of `make dev`)."""

import os
import sys

from config import ambiente
from config.embutido import ErroDeInicio
from config.supervisor.laco import Supervisor


def main() -> int:
    ambiente.ler_arquivo_env()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    try:
        Supervisor(dev="--dev" in sys.argv[1:]).rodar()
    except ErroDeInicio as erro:
        ambiente.falhar(erro)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
