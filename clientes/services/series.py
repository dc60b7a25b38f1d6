"""The customers' codes as numbered series: state, check, adjustment (see `nucleo.series`)."""

import re
from typing import Any, ClassVar

from django.db import IntegrityError, connection, transaction

from clientes.models import Cliente, CodigoSequencia
from clientes.models.codigo import FORMA, ULTIMO, codigo_escrito, parte_escrita, parte_lida
from clientes.selectors import (
    contagem_por_prefixo,
    indice_de_municipios,
    lacunas_de_codigos,
    lacunas_de_municipios,
)
from clientes.services.cadastro import RESTRICAO_DO_CODIGO
from clientes.services.codigos import municipios_numerar, sequencia_mover
from nucleo.ator import Ator
from nucleo.errors import ErroDeValidacao, NaoEncontrado, restricao_violada
from nucleo.models import Empresa
from nucleo.series import Irregularidade, Serie
from nucleo.services.auditoria import auditar

PREFIXO = "CLI-"
_MAXIMO_DE_LACUNAS = 20


class SeriesDeClientes:
    """One series per municipality of an empresa: CLI-<código IBGE>, or CLI-XXXX without one."""

    nome: ClassVar[str] = "clientes"

    def situacao(self, empresa: Empresa) -> list[Serie]:
        """Return every municipality that has a number, without consuming one."""
        quantos = contagem_por_prefixo(empresa=empresa)
        linhas = CodigoSequencia.objects.filter(empresa=empresa).select_related("municipio")
        return [_serie(linha, quantos.get(parte_escrita(linha.numero_municipio), 0)) for linha in linhas]

    def verificar(self, empresa: Empresa) -> list[Irregularidade]:
        """Look for duplicates, gaps in what we gave, counters behind the data; try a duplicate."""
        return [
            *_lacunas(empresa),
            *_contadores_atrasados(empresa),
            *_repetidos(empresa),
            *_duplicado_aceito(empresa),
        ]

    def reconhece(self, serie: str) -> bool:
        """CLI-4106902 (IBGE) or CLI-0001 (XXXX)."""
        return re.fullmatch(r"CLI-([0-9]{7}|[0-9]{4}|[A-Z][0-9A-Z]{3})", serie) is not None

    def ajustar(self, *, empresa: Empresa, serie: str, ultimo: str, ator: Ator) -> Serie:
        """Move the counter forward to `ultimo` (a number or the four characters), never back. Audited.

        A municipality without an XXXX gets the next one. Locks the counters in the order of promise C.
        Raises `serie_desconhecida`, `valor_invalido`.
        """
        novo = _ultimo_lido(ultimo)
        with transaction.atomic():
            linha = _linha(empresa, serie.removeprefix(PREFIXO))
            if novo < linha.ultima_sequencia:
                raise ErroDeValidacao(
                    "valor_invalido",
                    f"O contador já está em {linha.ultima_sequencia} e não volta para {novo}.",
                    field="ultimo",
                )
            sequencia_mover(empresa=empresa, numero=linha.numero_municipio, ultimo=novo, origem="ajuste")
            de, para = str(linha.ultima_sequencia), str(novo)
            auditar(empresa=empresa, ator=ator, acao="sequencia_ajustada", objeto=linha, de=de, para=para)
            linha.refresh_from_db()
        return _serie(
            linha, contagem_por_prefixo(empresa=empresa).get(parte_escrita(linha.numero_municipio), 0)
        )


def _serie(linha: CodigoSequencia, quantidade: int) -> Serie:
    numero, ultima = linha.numero_municipio, linha.ultima_sequencia
    return Serie(
        serie=f"{PREFIXO}{linha.municipio_id or parte_escrita(numero)}",
        descricao=str(linha.municipio or "código antigo sem município"),
        proximo=codigo_escrito(numero, ultima + 1) if ultima < ULTIMO else "",
        ultimo=codigo_escrito(numero, ultima) if ultima else "",
        quantidade=quantidade,
    )


def _linha(empresa: Empresa, chave: str) -> CodigoSequencia:
    linhas = CodigoSequencia.objects.select_related("municipio").filter(empresa=empresa)
    if len(chave) == 7:
        if int(chave) not in indice_de_municipios().por_ibge:
            raise NaoEncontrado(
                "serie_desconhecida", f"Nenhum município tem o código {chave}.", field="serie"
            )
        municipios_numerar(empresa=empresa, municipios=[int(chave)])
        return linhas.get(municipio_id=int(chave))
    linha = linhas.filter(numero_municipio=parte_lida(chave)).first()
    if linha is None:
        raise NaoEncontrado(
            "serie_desconhecida", f"Esta empresa não tem códigos que começam por {chave}.", field="serie"
        )
    return linha


def _ultimo_lido(ultimo: str) -> int:
    achado = FORMA.fullmatch(ultimo) or re.fullmatch(r"(.*?)([0-9]{1,7}|[A-Z][0-9A-Z]{3})", ultimo)
    numero = parte_lida(achado[2]) if achado and (achado.re is FORMA or not achado[1]) else 0
    if not 1 <= numero <= ULTIMO:
        raise ErroDeValidacao(
            "valor_invalido", "O último é um número a partir de 1, ou A000 a ZZZZ.", field="ultimo"
        )
    return numero


def _lacunas(empresa: Empresa) -> list[Irregularidade]:
    achados = [
        Irregularidade(
            PREFIXO + "*", "lacuna", f"O número de município {parte_escrita(numero)} não foi usado."
        )
        for numero in lacunas_de_municipios(empresa=empresa)[:_MAXIMO_DE_LACUNAS]
    ]
    for numero, sequencia in lacunas_de_codigos(empresa=empresa)[:_MAXIMO_DE_LACUNAS]:
        detalhe = f"Falta o código {codigo_escrito(numero, sequencia)}, que este sistema deu."
        achados.append(Irregularidade(PREFIXO + parte_escrita(numero), "lacuna", detalhe))
    return achados


def _contadores_atrasados(empresa: Empresa) -> list[Irregularidade]:
    """A code higher than its counter: the next customers would run into it."""
    contadores: dict[str, int] = {
        parte_escrita(numero): ultima
        for numero, ultima in CodigoSequencia.objects.filter(empresa=empresa).values_list(
            "numero_municipio", "ultima_sequencia"
        )
    }
    achados = []
    for prefixo, maior in _maiores(empresa).items():
        if contadores.get(prefixo, 0) < parte_lida(maior):
            detalhe = f"O maior código é {prefixo}-{maior}, o contador está em {contadores.get(prefixo, 0)}."
            achados.append(Irregularidade(PREFIXO + prefixo, "contador_atrasado", detalhe))
    return achados


def _maiores(empresa: Empresa) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT left(codigo_cliente, 4), max(right(codigo_cliente, 4)) FROM clientes_cliente"
            " WHERE empresa_id = %s GROUP BY 1",
            [empresa.pk],
        )
        return dict(cursor.fetchall())


def _repetidos(empresa: Empresa) -> list[Irregularidade]:
    """Cannot be while the constraint stands; this looks at the rows all the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT codigo_cliente, count(*) FROM clientes_cliente WHERE empresa_id = %s"
            " GROUP BY 1 HAVING count(*) > 1 ORDER BY 1 LIMIT 20",
            [empresa.pk],
        )
        repetidos: list[tuple[str, Any]] = cursor.fetchall()
    return [
        Irregularidade(PREFIXO + codigo[:4], "duplicado", f"O código {codigo} aparece {vezes} vezes.")
        for codigo, vezes in repetidos
    ]


def _duplicado_aceito(empresa: Empresa) -> list[Irregularidade]:
    """Try to insert a copy of a customer under its own code; the database must refuse. Rolled back."""
    original = Cliente.objects.filter(empresa=empresa).order_by("-pk").first()
    if original is None:
        return []
    copia = Cliente(
        empresa=empresa,
        codigo_cliente=original.codigo_cliente,
        nome=original.nome,
        chave_nome=original.chave_nome,
        municipio_id=original.municipio_id,
    )
    try:
        with transaction.atomic():
            copia.save(force_insert=True)
            transaction.set_rollback(True)
    except IntegrityError as exc:
        if restricao_violada(exc) == RESTRICAO_DO_CODIGO:
            return []
        raise
    detalhe = f"O banco aceitou um segundo {original.codigo_cliente} (desfeito): falta a restrição."
    return [Irregularidade(PREFIXO + original.codigo_cliente[:4], "restricao_ausente", detalhe)]
