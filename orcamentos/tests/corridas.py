"""What the child processes of the quotes' race tests do."""

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from clientes.models import Cliente
from nucleo.ator import Ator
from nucleo.errors import ErroDeNegocio
from nucleo.escopo import escopo
from nucleo.importacao import Progresso
from nucleo.models import Empresa
from nucleo.tests.processos import esperar, relatar
from orcamentos import locks
from orcamentos.models import Orcamento, SerieOrcamento
from orcamentos.services import (
    DadosDoItem,
    criacao,
    importacao,
    legado,
    orcamento_aprovar,
    orcamento_criar,
    transicoes,
)
from orcamentos.services.importacao import importacao_abrir, importacao_executar

ATOR = Ator("corrida")


class Desfeito(Exception):
    """Rolled back on purpose."""


def _criar(empresa: Empresa, cliente: Cliente) -> Orcamento:
    item = DadosDoItem(quantidade=Decimal(1), preco_unitario=Decimal("10.00"), descricao="Corrida")
    return orcamento_criar(empresa=empresa, ator=ATOR, cliente=cliente, itens=[item])


def criar(empresa_id: int, vezes: int, semente: int, desfazer: float = 0.0) -> list[str]:
    """Create quotes one by one; roll some back at random."""
    sorteio = random.Random(semente)
    numeros: list[str] = []
    with escopo(empresa_id):
        empresa, cliente = Empresa.objects.get(pk=empresa_id), Cliente.objects.get()
        while len(numeros) < vezes:
            try:
                with transaction.atomic():
                    orcamento = _criar(empresa, cliente)
                    if sorteio.random() < desfazer:
                        raise Desfeito
            except Desfeito:
                continue
            numeros.append(orcamento.budget_number)
    return numeros


def criar_e_segurar(empresa_id: int) -> str:
    """Take a number, insert, and stay inside the transaction until told to go on."""
    with escopo(empresa_id), transaction.atomic():
        orcamento = _criar(Empresa.objects.get(pk=empresa_id), Cliente.objects.get())
        relatar(orcamento.budget_number)
        esperar()
    return orcamento.budget_number


def numerar_e_segurar(empresa_id: int) -> int:
    """Take a number and stop before the insert, to be killed there."""
    real = Orcamento.save

    def parar(self: Orcamento, **kwargs: Any) -> None:
        relatar(self.numero)
        esperar()
        real(self, **kwargs)

    Orcamento.save = parar  # type: ignore[method-assign]
    with escopo(empresa_id):
        return _criar(Empresa.objects.get(pk=empresa_id), Cliente.objects.get()).numero


def importar_ate(empresa_id: int, caminho: str, parar_em: int) -> int:
    """Import; after the chunk that reaches row `parar_em`, wait before the next one to be killed."""

    def parar(progresso: Progresso) -> None:
        if parar_em and progresso.lidas >= parar_em:
            relatar(progresso.lidas)
            esperar()

    with escopo(empresa_id):
        empresa = Empresa.objects.get(pk=empresa_id)
        aberta = importacao_abrir(empresa=empresa, ator=ATOR, caminho=Path(caminho))
        return importacao_executar(
            empresa=empresa, ator=ATOR, importacao=aberta, caminho=Path(caminho), ao_progredir=parar
        ).gravadas


def importar_ou_recusar(empresa_id: int, caminho: str) -> int | str:
    """Import; return how many rows came in, or the code of the refusal of all."""
    try:
        return importar_ate(empresa_id, caminho, parar_em=0)
    except ErroDeNegocio as erro:
        return erro.code


def importacao_sem_trava() -> None:
    """Positive control: the numbers are looked up without the series' lock, each waiting for the other."""

    def ler(**argumentos: Any) -> Any:
        lidos = legado.grupos_lidos(**argumentos)
        relatar("lido")
        esperar()
        return lidos

    importacao.serie_travar = lambda **_: None
    importacao.grupos_lidos = ler


def contar_conflitos(**argumentos: Any) -> int:
    """Create quotes; return how often a number was already taken."""
    vistos: list[int] = []
    real = criacao.logger.warning

    def contar(mensagem: str, *args: Any, **kwargs: Any) -> None:
        vistos.append(1)
        real(mensagem, *args, **kwargs)

    criacao.logger.warning = contar  # type: ignore[method-assign]
    criar(**argumentos)
    return len(vistos)


def numeracao_sem_trava() -> None:
    """Positive control: read the counter, add one, write it back, as if no row lock were held."""

    def reservar(modelo: Any, *, campo: str, quantidade: int = 1, **chave: Any) -> int:
        linhas = SerieOrcamento.objects.filter(**chave)
        atual = linhas.values_list("ultimo_numero", flat=True).get()
        linhas.filter(ultimo_numero=atual).update(ultimo_numero=atual + quantidade)
        return atual + quantidade

    criacao.reservar = reservar


def aprovar(empresa_id: int, orcamento_id: int, versao: int) -> str:
    """Approve one quote; return `aprovado` or the code of the refusal."""
    with escopo(empresa_id):
        empresa = Empresa.objects.get(pk=empresa_id)
        try:
            orcamento_aprovar(empresa=empresa, ator=ATOR, orcamento_id=orcamento_id, versao=versao)
        except ErroDeNegocio as erro:
            return erro.code
    return "aprovado"


def aprovacao_sem_trava() -> None:
    """Positive control: the quote is read without its lock, and each waits for the other to have read it."""

    def ler(*, empresa: Empresa, orcamento_id: int) -> Orcamento:
        orcamento = Orcamento.objects.get(empresa=empresa, pk=orcamento_id)
        orcamento.empresa = empresa
        relatar("lido")
        esperar()
        return orcamento

    transicoes.orcamento_travar = ler
    locks.orcamento_travar = ler
