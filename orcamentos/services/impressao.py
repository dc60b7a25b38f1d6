"""The printed quote: typst lays it out in this process, from data alone."""

import json
import logging
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import typst
from django.conf import settings

from clientes.models import Cliente
from nucleo.decimais import centavos, quantidade_formatada, reais
from nucleo.documentos import documento_formatado
from nucleo.errors import ErroDeValidacao
from nucleo.logotipo import logotipo_em_dados
from nucleo.models import Empresa
from nucleo.pix import VALOR_MAXIMO, codigo_pix, qr_svg, txid_de
from nucleo.telefones import telefone_formatado
from nucleo.textos import cep_formatado
from orcamentos.models import ItemOrcamento, Orcamento, Status

logger = logging.getLogger(__name__)

MODELO: Final = Path(settings.BASE_DIR) / "templates" / "print" / "orcamento.typ"
_MARCAS: Final = {
    Status.RASCUNHO: "RASCUNHO",
    Status.CANCELADO: "CANCELADO",
    Status.EXPIRADO: "EXPIRADO",
    Status.RECUSADO: "RECUSADO",
}
# A compiler keeps fonts and template parsed (3 ms a page instead of 30); it is not for two threads at once.
_da_thread = threading.local()


def orcamento_pdf(orcamento: Orcamento) -> bytes:
    """Return the quote as a PDF, as it stands now; writes nothing."""
    dados = json.dumps(dados_da_impressao(orcamento), ensure_ascii=False)
    pdf = _compilador().compile(format="pdf", sys_inputs={"dados": dados})
    if not isinstance(pdf, bytes):
        raise TypeError("typst answered no single document")
    return pdf


def _compilador() -> "typst.Compiler":
    compilador = getattr(_da_thread, "compilador", None)
    if compilador is None:
        compilador = _da_thread.compilador = typst.Compiler(
            str(MODELO), root=str(MODELO.parent), font_paths=[], ignore_system_fonts=True
        )
    return compilador


def dados_da_impressao(orcamento: Orcamento) -> dict[str, Any]:
    """Return what the template prints, all of it as finished text."""
    itens = list(orcamento.itens.all())
    descontos = sum((item.desconto for item in itens), Decimal(0))
    return {
        "titulo": f"Orçamento {orcamento.numero_com_revisao}",
        "numero": orcamento.budget_number,
        "revisao": f"Revisão {orcamento.revisao}" if orcamento.revisao > 1 else "",
        "marca": _MARCAS.get(Status(orcamento.status), ""),
        "data": f"{orcamento.data:%d/%m/%Y}",
        "validade": f"{orcamento.validade:%d/%m/%Y}",
        "referencia": orcamento.referencia_cliente,
        "condicoes": orcamento.condicoes_pagamento,
        "observacoes": orcamento.observacoes,
        "empresa": _empresa(orcamento.empresa),
        "logo": logotipo_em_dados(bytes(orcamento.empresa.logo or b"")),
        "cliente": _cliente(orcamento),
        "itens": [_item(item) for item in itens],
        "subtotal": reais(orcamento.total + descontos),
        "desconto": reais(descontos) if descontos else "",
        "total": reais(orcamento.total),
        "pix": _pix(orcamento),
    }


def _empresa(empresa: Empresa) -> dict[str, Any]:
    documento = f"CNPJ {documento_formatado(empresa.cnpj)}" if empresa.cnpj else ""
    telefone = telefone_formatado(empresa.telefone) if empresa.telefone else ""
    lugar = ", ".join(filter(None, [empresa.endereco, "/".join(filter(None, [empresa.cidade, empresa.uf]))]))
    contato = " · ".join(filter(None, [telefone, empresa.email]))
    razao = empresa.razao_social if empresa.razao_social != empresa.nome else ""
    linhas = [" · ".join(filter(None, [razao, documento])), lugar, contato]
    return {"nome": empresa.nome, "cor": empresa.cor, "linhas": [x for x in linhas if x], "contato": contato}


def _cliente(orcamento: Orcamento) -> dict[str, Any]:
    cliente = orcamento.cliente
    linhas = [
        f"Código {cliente.codigo_cliente}",
        documento_formatado(cliente.cpf_cnpj) if cliente.cpf_cnpj else "",
        telefone_formatado(cliente.telefone) if cliente.telefone else "",
        cliente.email,
    ]
    return {
        "nome": cliente.nome,
        "linhas": [linha for linha in linhas if linha],
        "endereco": _endereco(cliente),
    }


def _endereco(cliente: Cliente) -> str:
    rua = ", ".join(filter(None, [cliente.logradouro, cliente.numero, cliente.complemento]))
    cep = f"CEP {cep_formatado(cliente.cep)}" if cliente.cep else ""
    return " · ".join(filter(None, [rua, cliente.bairro, str(cliente.municipio), cep]))


def _item(item: ItemOrcamento) -> dict[str, str]:
    return {
        "codigo": item.produto.cod_produto if item.produto else "",
        "descricao": item.texto,
        "quantidade": quantidade_formatada(item.quantidade, item.produto.unidade if item.produto else ""),
        "preco": reais(item.preco_unitario),
        "desconto": reais(item.desconto) if item.desconto else "",
        "total": reais(item.total),
    }


def _pix(orcamento: Orcamento) -> dict[str, str] | None:
    """The charge of the whole total; none for a document that is not to be paid."""
    empresa, total = orcamento.empresa, centavos(orcamento.total)
    a_pagar = orcamento.status in (Status.RASCUNHO, Status.ENVIADO, Status.APROVADO)
    if not empresa.chave_pix or not a_pagar or not 0 < total <= VALOR_MAXIMO:
        return None
    recebedor = empresa.razao_social or empresa.nome
    try:
        codigo = codigo_pix(
            chave=empresa.chave_pix,
            nome=recebedor,
            cidade=empresa.cidade or "BRASIL",
            valor=total,
            txid=txid_de(orcamento.budget_number),
        )
    except ErroDeValidacao as erro:
        # A key that came in past the form must not keep a quote from being printed.
        logger.warning("orcamento sem Pix", extra={"empresa": empresa.slug, "motivo": erro.detail})
        return None
    return {"codigo": codigo, "svg": qr_svg(codigo), "chave": empresa.chave_pix, "recebedor": recebedor}
