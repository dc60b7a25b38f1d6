"""Creating and changing a customer."""

import time
from typing import Any

from django.db import IntegrityError, transaction

from clientes.errors import codigo_e_nosso, documento_duplicado
from clientes.locks import cliente_travar
from clientes.models import Cliente
from clientes.selectors import Parecido, clientes_parecidos, documentos_existentes
from clientes.services import metricas
from clientes.services.codigos import contador_alcancar, gerar_codigo_cliente
from clientes.services.conflitos import TENTATIVAS, conflito_registrar, falha_registrar
from clientes.services.dados import dados_validados
from nucleo.ator import Ator
from nucleo.errors import ErroDeValidacao, NaoEncontrado, restricao_violada
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar

RESTRICAO_DO_CODIGO = "clientes_cliente_codigo_uniq"
RESTRICAO_DO_DOCUMENTO = "clientes_cliente_cpf_cnpj_uniq"


def cliente_criar(*, empresa: Empresa, ator: Ator, **dados: Any) -> Cliente:
    """Create a customer with the next code of its municipality. `dados`: the API's field names.

    Everything is checked before a number is spent; likely duplicates come back in `cliente.avisos`.
    Locks the municipality's counter until the transaction ends. Where a code turns out to be taken (a
    legacy one came in from elsewhere) the counter is moved past it, at most 5 times. Audited.
    Raises ErroDeValidacao, Conflito `cpf_cnpj_duplicado`, CodigoEmConflito, CodigoEsgotado.
    """
    if dados.pop("codigo_cliente", None):
        raise codigo_e_nosso()
    cliente = Cliente(empresa=empresa, **dados_validados(dados))
    cliente.avisos = duplicados_conferir(cliente)
    with transaction.atomic():
        _inserir(cliente)
        auditar(empresa=empresa, ator=ator, acao="cliente_criado", objeto=cliente, para=str(cliente))
    return cliente


def cliente_atualizar(*, empresa: Empresa, ator: Ator, cliente_id: int, **dados: Any) -> Cliente:
    """Change the given fields of a customer; the code stays, also when the municipality changes.

    Locks the customer. Audited with old and new values. Raises ErroDeValidacao, NaoEncontrado, Conflito
    `cpf_cnpj_duplicado`.
    """
    with transaction.atomic():
        cliente = cliente_travar(empresa=empresa, cliente_id=cliente_id)
        if cliente is None:
            raise NaoEncontrado("cliente_desconhecido", "Cliente não encontrado nesta empresa.")
        _recusar_outro_codigo(cliente, dados)
        mudancas = _aplicar(cliente, dados_validados(dados, atual=cliente))
        cliente.avisos = duplicados_conferir(cliente) if mudancas else []
        if mudancas:
            _gravar(cliente, list(mudancas))
            auditar(
                empresa=empresa, ator=ator, acao="cliente_alterado", objeto=cliente, campos=_legivel(mudancas)
            )
    return cliente


def _inserir(cliente: Cliente) -> None:
    """Number and insert; only a taken code is tried again, each time behind the highest one present."""
    for tentativa in range(1, TENTATIVAS + 1):
        inicio = time.perf_counter()
        cliente.codigo_cliente = gerar_codigo_cliente(empresa=cliente.empresa, municipio=cliente.municipio)
        metricas.TEMPO_DE_GERACAO.observe(time.perf_counter() - inicio)
        if _inserido(cliente):
            metricas.TENTATIVAS.observe(tentativa)
            return
        conflito_registrar(tentativa=tentativa, empresa=cliente.empresa)
        contador_alcancar(empresa=cliente.empresa, codigo=cliente.codigo_cliente)
    raise falha_registrar(empresa=cliente.empresa)


def _inserido(cliente: Cliente) -> bool:
    """Insert inside a savepoint; False where the code is taken, its domain error for the document."""
    try:
        with transaction.atomic():
            cliente.save(force_insert=True)
    except IntegrityError as exc:
        restricao = restricao_violada(exc)
        if restricao == RESTRICAO_DO_DOCUMENTO:
            raise _documento_ja_existe(cliente) from exc
        if restricao != RESTRICAO_DO_CODIGO:
            raise
        cliente.pk = None
        return False
    return True


def _gravar(cliente: Cliente, campos: list[str]) -> None:
    try:
        with transaction.atomic():
            cliente.save(update_fields=[*campos, "atualizado_em"])
    except IntegrityError as exc:
        if restricao_violada(exc) != RESTRICAO_DO_DOCUMENTO:
            raise
        raise _documento_ja_existe(cliente) from exc


def _documento_ja_existe(cliente: Cliente) -> Exception:
    existentes = documentos_existentes(empresa=cliente.empresa, documentos=[cliente.cpf_cnpj])
    return documento_duplicado(existentes.get(cliente.cpf_cnpj, ""))


def duplicados_conferir(cliente: Cliente) -> list[dict[str, Any]]:
    """Return which customers may be the same as this one, saved or not; nothing is written or locked.

    Raises Conflito `cpf_cnpj_duplicado` where the document is another customer's.
    """
    achados = clientes_parecidos(
        empresa=cliente.empresa,
        documento=cliente.cpf_cnpj,
        telefones={fone for fone in (cliente.telefone, cliente.whatsapp) if fone},
        municipio_id=cliente.municipio_id,
        chave_nome=cliente.chave_nome,
        exceto=cliente.pk or 0,
    )
    for achado in achados:
        if achado.por == "documento":
            raise documento_duplicado(achado.codigo_cliente)
    return [aviso_de(achado) for achado in {(a.por, a.id): a for a in achados}.values()]


def aviso_de(achado: Parecido) -> dict[str, Any]:
    """Say to a person which existing customer may be the same, and why."""
    motivo = (
        "tem o mesmo telefone" if achado.por == "telefone" else "tem nome muito parecido no mesmo município"
    )
    return {
        "code": f"{achado.por}_repetido" if achado.por == "telefone" else "nome_parecido",
        "detail": f"O cliente {achado.codigo_cliente} ({achado.nome}) {motivo}.",
        "cliente": achado.id,
        "codigo_cliente": achado.codigo_cliente,
    }


def _recusar_outro_codigo(cliente: Cliente, dados: dict[str, Any]) -> None:
    dito = dados.pop("codigo_cliente", None)
    if dito not in (None, "", cliente.codigo_cliente):
        raise ErroDeValidacao(
            "codigo_imutavel", f"O código {cliente.codigo_cliente} não muda.", field="codigo_cliente"
        )


def _aplicar(cliente: Cliente, limpos: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set what differs; return {field: (old, new)}."""
    mudancas = {}
    for campo, novo in limpos.items():
        antigo = getattr(cliente, campo)
        if antigo != novo:
            mudancas[campo] = (antigo, novo)
            setattr(cliente, campo, novo)
    return mudancas


def _legivel(mudancas: dict[str, tuple[Any, Any]]) -> dict[str, list[Any]]:
    return {
        campo: [valor if isinstance(valor, (str, bool)) else str(valor) for valor in par]
        for campo, par in mudancas.items()
        if campo != "chave_nome"
    }
