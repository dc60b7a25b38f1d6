"""Many customers in one transaction: one block of codes per municipality, an error per refused item."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from clientes.errors import (
    CodigoEsgotado,
    codigo_duplicado,
    codigo_e_nosso,
    documento_duplicado,
    repetido_no_lote,
)
from clientes.models import Cliente
from clientes.models.codigo import codigo_escrito, codigo_lido
from clientes.selectors import codigos_existentes, documentos_existentes, parecidos_em_bloco
from clientes.services import metricas
from clientes.services.cadastro import RESTRICAO_DO_CODIGO, RESTRICAO_DO_DOCUMENTO, aviso_de
from clientes.services.codigos import codigos_reservar, contador_alcancar
from clientes.services.conflitos import TENTATIVAS, conflito_registrar, falha_registrar
from clientes.services.dados import dados_validados
from clientes.services.legado import CodigoAntigo, codigos_antigos_reservar
from nucleo.ator import Ator
from nucleo.errors import ErroDeNegocio, ErroDeValidacao, restricao_violada
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar

Resultado = Cliente | ErroDeNegocio


@dataclass
class _Item:
    indice: int
    cliente: Cliente
    antigo: tuple[int, int] | None


@dataclass
class _Bloco:
    empresa: Empresa
    resultados: dict[int, Resultado]
    itens: list[_Item]

    def pendentes(self) -> list[_Item]:
        return [item for item in self.itens if item.indice not in self.resultados]


def clientes_criar_bloco(
    *,
    empresa: Empresa,
    ator: Ator,
    itens: Sequence[Any],
    aceitar_codigos: bool = False,
    avisar: bool = False,
    origem: str = "lote",
) -> list[Resultado]:
    """Create these customers in one transaction; return a customer or an error for each, in order.

    Each item stands alone: a bad one is refused and spends no number. With `aceitar_codigos` a legacy
    `codigo_cliente` is kept and pushes its counter. Locks: the empresa's municipality counter where a
    municipality is new or a code legacy, then the municipalities by IBGE code. Audited once.
    """
    bloco = _preparar(empresa, itens, aceitar_codigos)
    if avisar:
        _avisar(bloco)
    with transaction.atomic():
        _gravar(bloco)
        criados = [r for r in bloco.resultados.values() if isinstance(r, Cliente)]
        if criados:
            codigos = [cliente.codigo_cliente for cliente in criados]
            auditar(empresa=empresa, ator=ator, acao="clientes_criados", origem=origem, codigos=codigos)
    return [bloco.resultados[indice] for indice in range(len(itens))]


def clientes_conferir_bloco(
    *, empresa: Empresa, itens: Sequence[Any], aceitar_codigos: bool = False
) -> list[ErroDeNegocio | None]:
    """Say which of these items would be refused, and why; nothing is written, no number is taken."""
    bloco = _preparar(empresa, itens, aceitar_codigos)
    _recusar_codigos_existentes(bloco, bloco.pendentes())
    erros = (bloco.resultados.get(indice) for indice in range(len(itens)))
    return [erro if isinstance(erro, ErroDeNegocio) else None for erro in erros]


def _preparar(empresa: Empresa, itens: Sequence[Any], aceitar_codigos: bool) -> _Bloco:
    bloco = _Bloco(empresa, {}, [])
    for indice, dados in enumerate(itens):
        try:
            bloco.itens.append(_item(empresa, indice, dados, aceitar_codigos))
        except ErroDeValidacao as erro:
            bloco.resultados[indice] = erro
    _recusar_documentos_existentes(bloco)
    _recusar_repetidos(bloco)
    return bloco


def _item(empresa: Empresa, indice: int, dados: Any, aceitar_codigos: bool) -> _Item:
    if not isinstance(dados, Mapping):
        raise ErroDeValidacao("valor_invalido", "Cada item é um objeto com os campos do cliente.")
    antigo = dados.get("codigo_cliente")
    if antigo and not aceitar_codigos:
        raise codigo_e_nosso()
    cliente = Cliente(empresa=empresa, **dados_validados(dados))
    cliente.avisos = []
    return _Item(indice, cliente, codigo_lido(str(antigo)) if antigo else None)


def _recusar_documentos_existentes(bloco: _Bloco) -> bool:
    documentos = {item.cliente.cpf_cnpj for item in bloco.pendentes()} - {""}
    existentes = documentos_existentes(empresa=bloco.empresa, documentos=documentos)
    for item in bloco.pendentes():
        if item.cliente.cpf_cnpj in existentes:
            bloco.resultados[item.indice] = documento_duplicado(existentes[item.cliente.cpf_cnpj])
    return bool(existentes)


def _recusar_repetidos(bloco: _Bloco) -> None:
    """The first of two equal documents or codes in one block wins; the other is told which."""
    primeiros: dict[tuple[str, Any], int] = {}
    for item in bloco.pendentes():
        chaves = [("cpf_cnpj", item.cliente.cpf_cnpj), ("codigo_cliente", item.antigo)]
        for campo, valor in chaves:
            if valor and (campo, valor) in primeiros:
                bloco.resultados[item.indice] = repetido_no_lote(campo)
        if item.indice not in bloco.resultados:
            primeiros.update({chave: item.indice for chave in chaves})


def _gravar(bloco: _Bloco) -> None:
    """Insert all pending items at once; after a conflict settle its cause and insert the others."""
    for tentativa in range(1, TENTATIVAS + 1):
        itens = bloco.pendentes()
        if not itens:
            return
        try:
            with transaction.atomic():
                _inserir(bloco, itens)
        except CodigoEsgotado as erro:
            _recusar(bloco, [i for i in itens if i.cliente.municipio_id == erro.municipio_id] or itens, erro)
        except IntegrityError as exc:
            if not _causa_resolvida(bloco, itens, restricao_violada(exc), tentativa):
                raise
        else:
            metricas.TENTATIVAS.observe(tentativa)
            bloco.resultados.update({item.indice: item.cliente for item in itens if item.cliente.pk})
    _recusar(bloco, bloco.pendentes(), falha_registrar(empresa=bloco.empresa))


def _inserir(bloco: _Bloco, itens: list[_Item]) -> None:
    _recusar_codigos_existentes(bloco, itens)
    vivos = [item for item in itens if item.indice not in bloco.resultados]
    antigos = [CodigoAntigo(*i.antigo, i.cliente.municipio_id) for i in vivos if i.antigo]
    if antigos:
        codigos_antigos_reservar(empresa=bloco.empresa, codigos=antigos)
    novos = [item for item in vivos if not item.antigo]
    quantidades = Counter(item.cliente.municipio_id for item in novos)
    with metricas.TEMPO_DE_GERACAO.time():
        blocos = codigos_reservar(empresa=bloco.empresa, quantidades=quantidades)
    usados: Counter[int] = Counter()
    for item in vivos:
        cliente = item.cliente
        if item.antigo:
            cliente.codigo_cliente = codigo_escrito(*item.antigo)
        else:
            cliente.codigo_cliente = blocos[cliente.municipio_id].codigo(usados[cliente.municipio_id])
            usados[cliente.municipio_id] += 1
        cliente.pk = None
    Cliente.objects.bulk_create([item.cliente for item in vivos])


def _causa_resolvida(bloco: _Bloco, itens: list[_Item], restricao: str, tentativa: int) -> bool:
    """Somebody else was faster: refuse what is there now, or move the counter past it."""
    if restricao == RESTRICAO_DO_DOCUMENTO:
        return _recusar_documentos_existentes(bloco)
    if restricao != RESTRICAO_DO_CODIGO:
        return False
    conflito_registrar(tentativa=tentativa, empresa=bloco.empresa)
    dados = sorted((i.cliente.municipio_id, i.cliente.codigo_cliente) for i in itens if not i.antigo)
    achados = codigos_existentes(empresa=bloco.empresa, codigos={codigo for _, codigo in dados})
    for codigo in dict.fromkeys(codigo[:4] for _, codigo in dados if codigo in achados):
        contador_alcancar(empresa=bloco.empresa, codigo=codigo)
    return True


def _recusar_codigos_existentes(bloco: _Bloco, itens: list[_Item]) -> None:
    antigos = {codigo_escrito(*item.antigo): item for item in itens if item.antigo}
    for codigo in codigos_existentes(empresa=bloco.empresa, codigos=antigos.keys()):
        bloco.resultados[antigos[codigo].indice] = codigo_duplicado(codigo)


def _recusar(bloco: _Bloco, itens: Sequence[_Item], erro: ErroDeNegocio) -> None:
    bloco.resultados.update({item.indice: erro for item in itens})


def _avisar(bloco: _Bloco) -> None:
    pendentes = bloco.pendentes()
    achados = parecidos_em_bloco(
        empresa=bloco.empresa,
        nomes={(i.cliente.municipio_id, i.cliente.chave_nome) for i in pendentes},
        telefones={fone for i in pendentes for fone in (i.cliente.telefone, i.cliente.whatsapp) if fone},
    )
    for item in pendentes:
        cliente = item.cliente
        chaves = [(cliente.municipio_id, cliente.chave_nome), cliente.telefone, cliente.whatsapp]
        vistos = {(p.por, p.id): p for chave in chaves for p in achados.get(chave, [])}
        cliente.avisos = [aviso_de(parecido) for parecido in vistos.values()]
