"""What the child processes of the customers' race tests do."""

import random
from pathlib import Path
from typing import Any

from django.db import transaction

from clientes.models import Cliente, CodigoSequencia
from clientes.services import cliente_criar, clientes_criar_bloco, codigos
from clientes.services.importacao import importacao_abrir, importacao_executar
from nucleo.ator import Ator
from nucleo.errors import Conflito
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.tests.processos import esperar, relatar

ATOR = Ator("corrida")


class Desfeito(Exception):
    """Rolled back on purpose."""


def criar(
    empresa_id: int, vezes: int, municipios: list[int], semente: int, desfazer: float = 0.0
) -> list[str]:
    """Create customers one by one over these municipalities; roll some back at random."""
    sorteio = random.Random(semente)
    codigos_dados = []
    with escopo(empresa_id):
        empresa = Empresa.objects.get(pk=empresa_id)
        feitos = 0
        while feitos < vezes:
            ibge = sorteio.choice(municipios)
            try:
                with transaction.atomic():
                    cliente = cliente_criar(
                        empresa=empresa, ator=ATOR, nome=f"Corrida {semente} {feitos}", municipio_ibge=ibge
                    )
                    if sorteio.random() < desfazer:
                        raise Desfeito
            except Desfeito:
                continue
            codigos_dados.append(cliente.codigo_cliente)
            feitos += 1
    return codigos_dados


def criar_e_segurar(empresa_id: int, municipio: int) -> str:
    """Take a number and stay inside the transaction until told to go on."""
    with escopo(empresa_id), transaction.atomic():
        empresa = Empresa.objects.get(pk=empresa_id)
        cliente = cliente_criar(empresa=empresa, ator=ATOR, nome="Segurado", municipio_ibge=municipio)
        relatar(cliente.codigo_cliente)
        esperar()
    return cliente.codigo_cliente


def importar_ate(empresa_id: int, caminho: str, parar_em: int) -> int:
    """Import; after the chunk that reaches row `parar_em`, wait inside the next one to be killed."""
    with escopo(empresa_id):
        empresa = Empresa.objects.get(pk=empresa_id)
        importacao = importacao_abrir(empresa=empresa, ator=ATOR, caminho=Path(caminho), nome="corrida.csv")

        def parar(progresso: Any) -> None:
            if parar_em and progresso.lidas >= parar_em:
                relatar(progresso.lidas)
                esperar()

        return importacao_executar(
            empresa=empresa, ator=ATOR, importacao=importacao, caminho=Path(caminho), ao_progredir=parar
        ).gravadas


def sem_trava() -> None:
    """Positive control: read the counter, add one, write it back, as if no row lock were held."""

    def avancar(modelo: Any, *, campo: str, devolver: Any = (), quantidade: int = 1, **chave: Any) -> Any:
        linhas = CodigoSequencia.objects.filter(**chave)
        atual = linhas.values_list("ultima_sequencia", "numero_municipio").first()
        if atual is None:
            return None
        linhas.update(ultima_sequencia=atual[0] + quantidade)
        return atual[0] + quantidade, atual[1]

    codigos.avancar_linha = avancar


def contar_conflitos(**argumentos: Any) -> int:
    """Create customers; return how often a code was already taken."""
    from clientes.services import cadastro

    vistos: list[int] = []
    real = cadastro.conflito_registrar

    def contar(*, tentativa: int, empresa: Empresa) -> None:
        vistos.append(tentativa)
        real(tentativa=tentativa, empresa=empresa)

    cadastro.conflito_registrar = contar
    criar(**argumentos)
    return len(vistos)


def criar_blocos(empresa_id: int, municipios: list[int], blocos: int) -> int:
    """Create blocks of one customer per municipality."""
    with escopo(empresa_id):
        empresa = Empresa.objects.get(pk=empresa_id)
        itens = [{"nome": f"Bloco {ibge}", "municipio_ibge": ibge} for ibge in municipios]
        feitos = [
            um for _ in range(blocos) for um in clientes_criar_bloco(empresa=empresa, ator=ATOR, itens=itens)
        ]
    return sum(isinstance(um, Cliente) for um in feitos)


def criar_com_documento(empresa_id: int, documento: str) -> str:
    """Create a customer with this document; return its code, or the refusal and the code it names."""
    with escopo(empresa_id):
        empresa = Empresa.objects.get(pk=empresa_id)
        try:
            return cliente_criar(
                empresa=empresa, ator=ATOR, nome="Único", municipio_ibge=4106902, cpf_cnpj=documento
            ).codigo_cliente
        except Conflito as erro:
            return f"{erro.code} {erro.extra['codigo_cliente']}"
