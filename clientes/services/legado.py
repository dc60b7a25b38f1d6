"""Codes that another system gave: kept as they are, counters pushed past them, ranges remembered."""

from collections.abc import Sequence
from dataclasses import dataclass

from clientes.locks import contador_de_municipios_travar, sequencias_travar
from clientes.models import CodigoSequencia, ContadorDeMunicipios
from clientes.services.codigos import faixa_lembrar, sequencia_mover
from nucleo.models import Empresa

ORIGEM = "importacao"


@dataclass(frozen=True)
class CodigoAntigo:
    """XXXX and YYYY as numbers, and the municipality (IBGE) in which its customer lives."""

    numero_municipio: int
    sequencia: int
    municipio_id: int


def codigos_antigos_reservar(*, empresa: Empresa, codigos: Sequence[CodigoAntigo]) -> None:
    """Make sure that none of these codes will ever be given: push the counters, remember the ranges.

    An XXXX nobody has goes to the municipality of its first customer, if that has none yet; else it
    stays without one (the customer moved). Locks the empresa's municipality counter, then the
    municipalities' counters in the order of promise C.
    """
    contador = contador_de_municipios_travar(empresa=empresa)
    linhas = sequencias_travar(
        empresa=empresa,
        municipios={c.municipio_id for c in codigos},
        numeros={c.numero_municipio for c in codigos},
    )
    por_numero = {linha.numero_municipio: linha for linha in linhas}
    com_numero = {linha.municipio_id for linha in linhas}
    for codigo in codigos:
        dono = codigo.municipio_id if codigo.municipio_id not in com_numero else None
        linha = por_numero.get(codigo.numero_municipio)
        if linha is None:
            linha = _xxxx_criar(contador, codigo.numero_municipio, dono)
            por_numero[linha.numero_municipio] = linha
        elif linha.municipio_id is None and dono is not None:
            linha.municipio_id = dono
            linha.save(update_fields=["municipio"])
        com_numero.add(linha.municipio_id)
    for numero in dict.fromkeys(linha.numero_municipio for linha in por_numero.values()):
        sequencias = [c.sequencia for c in codigos if c.numero_municipio == numero]
        if sequencias:
            sequencia_mover(empresa=empresa, numero=numero, ultimo=max(sequencias), origem=ORIGEM)


def _xxxx_criar(contador: ContadorDeMunicipios, numero: int, dono: int | None) -> CodigoSequencia:
    """Register an XXXX that came from outside; those it jumps over were never ours."""
    if numero > contador.ultimo_numero:
        faixa_lembrar(
            empresa=contador.empresa, numero=None, de=contador.ultimo_numero + 1, ate=numero, origem=ORIGEM
        )
        contador.ultimo_numero = numero
        contador.save(update_fields=["ultimo_numero"])
    return CodigoSequencia.objects.create(
        empresa=contador.empresa, municipio_id=dono, numero_municipio=numero
    )
