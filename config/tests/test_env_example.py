"""`.env.example` lists every setting that the program reads, and nothing that it does not."""

import re

from config.ambiente import RAIZ

# Handed from one of our processes to another, or the test tools' own.
INTERNAS = {
    "SUITE_VAGA",
    "SUITE_REDIS_EMBUTIDO",
    "SUITE_EXIGE",
    "PYTEST_XDIST_WORKER",
    "DJANGO_ALLOW_ASYNC_UNSAFE",
}
LEITURAS = [
    r"\benv\.\w+\(\s*\"([A-Z][A-Z_]+)\"",
    r"environ(?:\.get\(|\[)\s*\"([A-Z][A-Z_]+)\"",
    r"_obrigatoria\(\"([A-Z][A-Z_]+)\"",
    r"\bporta\(\"([A-Z_]+)\"",
]


def test_every_setting_is_in_env_example() -> None:
    fontes = [
        arquivo
        for arquivo in [*RAIZ.glob("*/**/*.py"), *RAIZ.glob("*.py")]
        if not {"tests", ".venv", "bench"} & set(arquivo.relative_to(RAIZ).parts)
        and not arquivo.relative_to(RAIZ).parts[0].startswith(".")
    ]
    lidas = {
        nome for arquivo in fontes for padrao in LEITURAS for nome in re.findall(padrao, arquivo.read_text())
    }
    exemplo = set(re.findall(r"^# ([A-Z][A-Z_]+)=", (RAIZ / ".env.example").read_text(), flags=re.MULTILINE))
    assert sorted(lidas - INTERNAS - exemplo) == []
    # Read through a name held in a variable, which the search cannot see.
    assert sorted(exemplo - lidas - {"DJANGO_SETTINGS_MODULE"}) == []
