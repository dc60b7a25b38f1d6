"""Customers of a demo company: invented names, computed documents, real municipalities of several states."""

import random
from typing import Any

from stdnum.br import cnpj, cpf

from clientes.models import Cliente
from clientes.services import clientes_criar_bloco
from nucleo.ator import Ator
from nucleo.models import Empresa

NOMES = (
    *("Adalgisa", "Belarmino", "Clotilde", "Dagoberto", "Eulália", "Florisvaldo", "Genoveva", "Hermínio"),
    *("Iracema", "Jacinto", "Leocádia", "Malaquias", "Nazaré", "Olegário", "Perpétua", "Quirino"),
    *("Rosalva", "Salustiano", "Tertuliana", "Ubirajara", "Venceslau", "Zenaide"),
)
SOBRENOMES = (
    *("Alvarenga", "Bittencourt", "Cascudo", "Drumond", "Espíndola", "Fagundes", "Goulart", "Holanda"),
    *("Itabaiana", "Jatobá", "Lacerda", "Macambira", "Noronha", "Ourives", "Paranhos", "Queirós"),
)
OFICINAS = ("Auto Mecânica", "Retífica", "Transportadora", "Oficina", "Auto Peças", "Terraplenagem", "Usina")
LUGARES = ("do Vale", "Boa Vista", "Três Irmãos", "Pé de Serra", "Beira-Rio", "São Jorge", "Ipê-Amarelo")
RUAS = ("Rua das Acácias", "Avenida Brasil", "Rua do Comércio", "Travessa da Matriz", "Rodovia Municipal")
MUNICIPIOS = (
    *(
        ("Campinas", "SP"),
        ("Ribeirão Preto", "SP"),
        ("Bom Jesus", "SC"),
        ("Bom Jesus", "RS"),
        ("Manaus", "AM"),
    ),
    *(("Itacoatiara", "AM"), ("Uberlândia", "MG"), ("Formiga", "MG"), ("Feira de Santana", "BA")),
    *(("Londrina", "PR"), ("Rondonópolis", "MT"), ("Mossoró", "RN")),
)
DDD = {"SP": 19, "SC": 49, "RS": 54, "AM": 92, "MG": 34, "BA": 75, "PR": 43, "MT": 66, "RN": 84}
BLOCO = 100


def clientes_demo(*, empresa: Empresa, ator: Ator, quantidade: int) -> int:
    """Create the demo's customers once; a second call adds nothing. Return how many are new.

    Must run inside the empresa's scope. Deterministic: the same empresa gets the same customers.
    """
    if Cliente.objects.filter(empresa=empresa).exists():
        return 0
    sorte = random.Random(f"clientes {empresa.slug}")  # noqa: S311 - demo data, repeatable on purpose
    itens = [_cliente(sorte, indice) for indice in range(quantidade)]
    criados = 0
    for inicio in range(0, quantidade, BLOCO):
        bloco = clientes_criar_bloco(
            empresa=empresa, ator=ator, itens=itens[inicio : inicio + BLOCO], origem="demonstração"
        )
        criados += sum(isinstance(resultado, Cliente) for resultado in bloco)
    return criados


def _cliente(sorte: random.Random, indice: int) -> dict[str, Any]:
    # Squared, so that some municipalities have many customers and some only a few.
    municipio, uf = MUNICIPIOS[int(sorte.random() ** 2 * len(MUNICIPIOS))]
    pessoa = f"{sorte.choice(NOMES)} {sorte.choice(SOBRENOMES)}"
    empresa = sorte.random() < 0.6
    nome = (
        f"{sorte.choice(OFICINAS)} {sorte.choice(LUGARES)} {pessoa.split()[1]} Ltda." if empresa else pessoa
    )
    return {
        "nome": nome,
        "nome_fantasia": nome.removesuffix(" Ltda.") if empresa else "",
        "cpf_cnpj": _cnpj(sorte, indice) if empresa else _cpf(sorte),
        "telefone": f"{DDD[uf]}9{sorte.randint(6000_0000, 9999_9999)}",
        "email": f"contato{indice + 1}@exemplo.example",
        "municipio": municipio,
        "uf": uf,
        "cep": f"{sorte.randint(1_000_000, 99_999_999):08d}",
        "logradouro": sorte.choice(RUAS),
        "numero": str(sorte.randint(1, 2500)),
    }


def _cpf(sorte: random.Random) -> str:
    base = f"{sorte.randint(100_000_000, 999_999_999)}"
    return next(base + f"{fim:02}" for fim in range(100) if cpf.is_valid(base + f"{fim:02}"))


def _cnpj(sorte: random.Random, indice: int) -> str:
    # Every fourth one has letters, as issued since July 2026.
    letras = "".join(sorte.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(3)) if indice % 4 == 0 else ""
    base = f"{letras}{sorte.randint(10_000_000, 99_999_999)}"[:8] + "0001"
    return base + cnpj.calc_check_digits(base)
