"""Demo customers: plausible names over real municipalities, valid documents of nobody in particular."""

import random
from typing import Any, Final

from stdnum.br import cnpj as stdnum_cnpj
from stdnum.br import cpf as stdnum_cpf

from clientes.models import Cliente
from clientes.services.lote import clientes_criar_bloco
from nucleo.ator import Ator
from nucleo.models import Empresa

# A plausible spread: the workshop's own city first, then its state, then the country.
_CIDADES: Final = (
    (4106902, 20),
    (4125506, 8),
    (4105805, 6),
    (4113700, 6),
    (4115200, 4),
    (4119905, 4),
    (3550308, 8),
    (3509502, 4),
    (3543402, 2),
    (4209102, 4),
    (4205407, 3),
    (4314902, 3),
    (3304557, 3),
    (3106200, 3),
    (5208707, 2),
    (5300108, 2),
    (2927408, 2),
    (2611606, 2),
    (1302603, 2),
    (1501402, 1),
)
_DDDS: Final = {41: "41", 35: "11", 42: "48", 43: "51", 33: "21", 31: "31", 52: "62", 53: "61", 29: "71"}
_NOMES: Final = (
    "Ana Beatriz Bruno Caio Camila Carla Carlos Cecília Daniel Débora Diego Eduardo Elaine Fábio "
    "Fernanda Gabriel Helena Igor Isabela João José Juliana Larissa Lucas Luísa Marcos Mariana "
    "Mateus Patrícia Paulo Rafael Renata Ricardo Sônia Tatiana Thiago Vanessa Vinícius"
)
_SOBRENOMES: Final = (
    "Almeida Araújo Barbosa Barros Cardoso Carvalho Conceição Corrêa Costa Dias Fernandes Ferreira "
    "Freitas Gomes Gonçalves Lima Lopes Machado Martins Melo Mendes Monteiro Moraes Moreira Nogueira "
    "Nunes Oliveira Pereira Pinto Ramos Ribeiro Rocha Rodrigues Santana Silveira Teixeira Vieira"
)
_RAMOS: Final = (
    "Auto Mecânica",
    "Transportes",
    "Retífica de Motores",
    "Autopeças",
    "Oficina Diesel",
    "Máquinas Agrícolas",
    "Tornearia",
    "Locadora de Veículos",
    "Terraplanagem",
    "Cooperativa Agrícola",
)
_RUAS: Final = (
    "Rua das Araucárias",
    "Avenida Brasil",
    "Rua XV de Novembro",
    "Rua Marechal Deodoro",
    "Rodovia",
)


def clientes_demo(*, empresa: Empresa, ator: Ator, quantidade: int = 300) -> list[Cliente]:
    """Make up to `quantidade` demo customers in the empresa and return them all, in the order of their ids.

    The same empresa always gets the same customers; run again it adds only those that are missing. Uses
    the public service, in blocks, so codes and audit are real.
    """
    itens = _itens(empresa.slug, quantidade)
    documentos = {item["cpf_cnpj"] for item in itens}
    existentes = set(
        Cliente.objects.filter(empresa=empresa, cpf_cnpj__in=documentos).values_list("cpf_cnpj", flat=True)
    )
    faltam = [item for item in itens if item["cpf_cnpj"] not in existentes]
    for inicio in range(0, len(faltam), 100):
        clientes_criar_bloco(empresa=empresa, ator=ator, itens=faltam[inicio : inicio + 100], origem="demo")
    return list(Cliente.objects.filter(empresa=empresa, cpf_cnpj__in=documentos).order_by("id"))


def _itens(semente: str, quantidade: int) -> list[dict[str, Any]]:
    sorteio = random.Random(f"clientes de demonstração {semente}")  # noqa: S311 - not a secret
    return [_item(sorteio, numero) for numero in range(quantidade)]


def _item(sorteio: random.Random, numero: int) -> dict[str, Any]:
    ((ibge, _),) = sorteio.choices(_CIDADES, weights=[peso for _, peso in _CIDADES])
    sobrenome = sorteio.choice(_SOBRENOMES.split())
    juridica = sorteio.random() < 0.6
    fantasia = f"{sorteio.choice(_RAMOS)} {sobrenome}"
    nome = f"{sorteio.choice(_NOMES.split())} {sobrenome} {sorteio.choice(_SOBRENOMES.split())}"
    celular = f"{_DDDS.get(ibge // 100_000, '41')}9{sorteio.randrange(81_000_000, 99_999_999)}"
    return {
        "nome": f"{fantasia} {sorteio.choice(('Ltda', 'ME', 'EPP'))}" if juridica else nome,
        "nome_fantasia": fantasia if juridica else "",
        "cpf_cnpj": _cnpj(sorteio) if juridica else _cpf(sorteio),
        "inscricao_estadual": sorteio.choice(("ISENTO", str(sorteio.randrange(10**9, 10**10))))
        if juridica
        else "",
        "telefone": celular,
        "whatsapp": celular,
        # A domain that can never receive mail.
        "email": f"cliente{numero}@exemplo.invalid",
        "municipio_ibge": ibge,
        "logradouro": sorteio.choice(_RUAS),
        "numero": str(sorteio.randrange(1, 4000)),
        "ativo": sorteio.random() > 0.04,
    }


def _cpf(sorteio: random.Random) -> str:
    base = f"{sorteio.randrange(10**8, 10**9 - 1)}"
    return base + stdnum_cpf._calc_check_digits(base)


def _cnpj(sorteio: random.Random) -> str:
    """Some with letters, as they are issued since July 2026."""
    alfabeto = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ" if sorteio.random() < 0.2 else "0123456789"
    base = "".join(sorteio.choice(alfabeto) for _ in range(8)) + "0001"
    return base + stdnum_cnpj.calc_check_digits(base)
