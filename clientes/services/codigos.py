"""`codigo_cliente`: taking numbers, numbering municipalities, moving counters (promise C)."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from clientes.errors import CodigoEsgotado
from clientes.locks import contador_de_municipios_travar, sequencias_travar
from clientes.models import CodigoSequencia, FaixaImportada, Municipio
from clientes.models.codigo import ULTIMO, ULTIMO_DECIMAL, codigo_escrito, parte_escrita, parte_lida
from clientes.selectors import maior_sequencia_presente
from nucleo.errors import restricoes
from nucleo.models import Empresa
from nucleo.sequencias import avancar_linha
from nucleo.services.alertas import alerta_abrir

logger = logging.getLogger(__name__)

# Long before the digits end, when they have, and long before the letters end.
AVISAR_EM = (ULTIMO_DECIMAL - 999, ULTIMO_DECIMAL + 1, ULTIMO * 9 // 10)
_ESGOTADO = {
    nome: lambda: CodigoEsgotado(ULTIMO)
    for nome in ("codigo_sequencias_faixa", "codigo_municipio_contadores_faixa")
}


@dataclass(frozen=True)
class Bloco:
    """Consecutive numbers of one municipality: from `primeiro` on."""

    numero_municipio: int
    primeiro: int

    def codigo(self, indice: int) -> str:
        return codigo_escrito(self.numero_municipio, self.primeiro + indice)


def gerar_codigo_cliente(*, empresa: Empresa, municipio: Municipio) -> str:
    """Take the next code of `municipio` in `empresa`, inside the transaction that inserts the customer.

    Locks the municipality's counter until the transaction ends (at its first customer ever: the empresa's
    municipality counter first), so call it last. A rollback gives the number back. Raises CodigoEsgotado,
    ForaDeTransacao. Several customers in one transaction: take their codes with `codigos_reservar`, which
    keeps the lock order over all of them.
    """
    bloco = _avancar(empresa, municipio.pk, 1)
    if bloco is None:
        municipios_numerar(empresa=empresa, municipios=[municipio.pk])
        bloco = _avancar(empresa, municipio.pk, 1)
    if bloco is None:
        raise LookupError(f"O município {municipio} não pôde ser numerado.")
    return bloco.codigo(0)


def codigos_reservar(*, empresa: Empresa, quantidades: Mapping[int, int]) -> dict[int, Bloco]:
    """Take a block of codes per municipality (IBGE), in the lock order; return the blocks.

    Locks the empresa's municipality counter if any of them is new, then the municipalities by IBGE code.
    Raises CodigoEsgotado.
    """
    municipios_numerar(empresa=empresa, municipios=list(quantidades))
    blocos = {}
    for municipio in sorted(quantidades):
        try:
            bloco = _avancar(empresa, municipio, quantidades[municipio])
        except CodigoEsgotado as erro:
            erro.municipio_id = municipio
            raise
        if bloco is None:
            raise LookupError(f"O município {municipio} não pôde ser numerado.")
        blocos[municipio] = bloco
    return blocos


def municipios_numerar(*, empresa: Empresa, municipios: list[int]) -> None:
    """Give those without an XXXX in this empresa the next one. Locks the municipality counter if any lacks.

    Read again behind the lock: whoever held it may have numbered the same municipality.
    """
    if not _sem_numero(empresa, municipios):
        return
    contador = contador_de_municipios_travar(empresa=empresa)
    novos = _sem_numero(empresa, municipios)
    if not novos:
        return
    primeiro = contador.ultimo_numero + 1
    contador.ultimo_numero += len(novos)
    with restricoes(_ESGOTADO):
        contador.save(update_fields=["ultimo_numero"])
    CodigoSequencia.objects.bulk_create(
        CodigoSequencia(empresa=empresa, municipio_id=municipio, numero_municipio=numero)
        for numero, municipio in enumerate(novos, start=primeiro)
    )


def contador_alcancar(*, empresa: Empresa, codigo: str) -> None:
    """After `codigo` turned out to be taken: move its counter to the highest code present, never back.

    The numbers jumped over are remembered as not ours. Locks the counter of `codigo`'s XXXX.
    """
    prefixo = codigo[:4]
    maior = maior_sequencia_presente(empresa=empresa, prefixo=prefixo)
    if maior is not None:
        sequencia_mover(
            empresa=empresa, numero=parte_lida(prefixo), ultimo=parte_lida(maior), origem="conflito"
        )


def sequencia_mover(*, empresa: Empresa, numero: int, ultimo: int, origem: str) -> int:
    """Move the counter of XXXX = `numero` forward to `ultimo`, never back; return where it stands.

    The numbers jumped over are remembered: a hole among them is not a gap. Locks the counter.
    """
    (linha,) = sequencias_travar(empresa=empresa, numeros=[numero])
    if linha.ultima_sequencia >= ultimo:
        return linha.ultima_sequencia
    faixa_lembrar(empresa=empresa, numero=numero, de=linha.ultima_sequencia + 1, ate=ultimo, origem=origem)
    _avisar_se_passou(linha, ultimo)
    linha.ultima_sequencia = ultimo
    with restricoes(_ESGOTADO):
        linha.save(update_fields=["ultima_sequencia"])
    return ultimo


def faixa_lembrar(*, empresa: Empresa, numero: int | None, de: int, ate: int, origem: str) -> None:
    """Remember numbers that we did not give; a range right behind the last one makes that one longer."""
    vizinha = FaixaImportada.objects.filter(
        empresa=empresa, numero_municipio=numero, ate=de - 1, origem=origem
    )
    if not vizinha.update(ate=ate):
        FaixaImportada.objects.create(empresa=empresa, numero_municipio=numero, de=de, ate=ate, origem=origem)


def _avancar(empresa: Empresa, municipio_id: int, quantidade: int) -> Bloco | None:
    with restricoes(_ESGOTADO):
        linha = avancar_linha(
            CodigoSequencia,
            campo="ultima_sequencia",
            devolver=("numero_municipio",),
            quantidade=quantidade,
            empresa=empresa,
            municipio=municipio_id,
        )
    if linha is None:
        return None
    ultimo, numero = linha
    if any(ultimo - quantidade < limite <= ultimo for limite in AVISAR_EM):
        _avisar(empresa, numero, ultimo)
    return Bloco(numero, ultimo - quantidade + 1)


def _sem_numero(empresa: Empresa, municipios: list[int]) -> list[int]:
    numerados = CodigoSequencia.objects.filter(empresa=empresa, municipio_id__in=municipios)
    return sorted(set(municipios) - set(numerados.values_list("municipio_id", flat=True)))


def _avisar_se_passou(linha: CodigoSequencia, ultimo: int) -> None:
    if any(linha.ultima_sequencia < limite <= ultimo for limite in AVISAR_EM):
        _avisar(linha.empresa, linha.numero_municipio, ultimo)


def _avisar(empresa: Empresa, numero: int, ultimo: int) -> None:
    escrita = parte_escrita(numero)
    if ultimo >= AVISAR_EM[-1]:
        severidade, estado, depois = "error", "acabando", "Depois de ZZZZ não há mais."
    elif ultimo > ULTIMO_DECIMAL:
        severidade, estado, depois = "warning", "já com letras", "Depois de 9999 vêm A000 a ZZZZ."
    else:
        severidade, estado, depois = "warning", "letras em breve", "Depois de 9999 vêm A000 a ZZZZ."
    alerta_abrir(
        empresa=empresa,
        chave=f"clientes.codigo.{escrita}",
        severidade=severidade,
        titulo=f"Códigos de cliente {escrita}: {estado}",
        detalhe=f"Já foram usados {ultimo} de {ULTIMO} códigos. {depois}",
    )
