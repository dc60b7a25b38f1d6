"""At least one row of every tenant model, in one empresa, with a mark that must not be seen elsewhere.

What a public service makes is made by it; the rest is filled in by type. A new model that neither way can
make a row of fails the attack test by name: give it a line here.
"""

import hashlib
import uuid
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone

from clientes.models import Municipio
from clientes.services import cliente_criar
from cobranca.models import Horario
from cobranca.tests.factories import nova_instancia, novo_ciclo
from estoque.services.carteira import carteira_incluir
from estoque.services.movimentacoes import movimentacao_registrar
from estoque.services.producao import producao_criar
from estoque.services.produtos import produto_criar
from estoque.services.separacoes import pre_separar, separar
from nucleo.ator import Ator
from nucleo.escopo import escopo, visao_do_dono
from nucleo.models import Empresa
from nucleo.services.alertas import alerta_abrir
from nucleo.services.auditoria import auditar
from nucleo.services.chaves import chave_criar
from orcamentos.services import orcamento_criar
from orcamentos.tests.factories import item
from sessions_ctx.tests.factories import SessionContextFactory

# What is written in the rows, and the codes by which they are asked for: an answer may repeat a code.
MARCA = "SEGREDOBETA"
CODIGO = "CODBETA"
ATOR = Ator(f"{MARCA} ator")
Linhas = dict[type[models.Model], models.Model]


def modelos_da_empresa() -> list[type[models.Model]]:
    return [
        modelo
        for modelo in apps.get_models(include_auto_created=True)
        if modelo._meta.managed and any(campo.name == "empresa" for campo in modelo._meta.local_fields)
    ]


def povoar(empresa: Empresa) -> Linhas:
    """Return one row of each tenant model of `empresa`."""
    # One municipality is enough: the table is the country's, and a flush may have emptied it.
    Municipio.objects.get_or_create(codigo_ibge=4106902, defaults={"nome": "Curitiba", "uf": "PR"})
    with escopo(empresa):
        for fazer in _SERVICOS:
            fazer(empresa)
    linhas = {}
    with visao_do_dono("teste: uma linha de cada modelo"):
        for modelo in modelos_da_empresa():
            linhas[modelo] = _primeira(modelo, empresa) or _generica(modelo, empresa, linhas)
    return linhas


def retrato(empresa: Empresa) -> dict[str, str]:
    """Every row of the empresa, table by table, as one digest each."""
    resultado = {}
    with visao_do_dono("teste: retrato da outra empresa"), connection.cursor() as cursor:
        for modelo in modelos_da_empresa():
            tabela = modelo._meta.db_table
            cursor.execute(
                f"SELECT coalesce(string_agg(t::text, '|' ORDER BY t::text), '') FROM {tabela} t"
                " WHERE empresa_id = %s",
                [empresa.pk],
            )
            resultado[tabela] = hashlib.sha256(cursor.fetchone()[0].encode()).hexdigest()
    return resultado


def _primeira(modelo: type[models.Model], empresa: Empresa) -> models.Model | None:
    return modelo._base_manager.filter(empresa=empresa).order_by("pk").first()


def _do_cliente(empresa: Empresa) -> None:
    cliente = cliente_criar(empresa=empresa, ator=ATOR, nome=f"{MARCA} Cliente", municipio_ibge=4106902)
    orcamento_criar(empresa=empresa, ator=ATOR, cliente=cliente, itens=[item(descricao=f"{MARCA} servico")])


def _do_estoque(empresa: Empresa) -> None:
    produto = produto_criar(empresa=empresa, ator=ATOR, cod_produto=CODIGO, nome=f"{MARCA} produto")
    amanha = date.today() + timedelta(days=5)
    movimentacao_registrar(empresa=empresa, ator=ATOR, produto=produto, tipo="entrada", quantidade="50")
    linha = carteira_incluir(
        empresa=empresa, ator=ATOR, num_pedido=CODIGO, produto=produto, quantidade="9", data_entrega=amanha
    )
    pre_separar(empresa=empresa, ator=ATOR, carteira_id=linha.pk, quantidade="3", data=amanha)
    separar(empresa=empresa, ator=ATOR, carteira_id=linha.pk, quantidade="3", data_expedicao=amanha)
    producao_criar(empresa=empresa, ator=ATOR, produto=produto, quantidade="5", data=amanha)


def _da_cobranca(empresa: Empresa) -> None:
    Horario.objects.create(empresa=empresa, dia=0, abre=time(8), fecha=time(18))
    nova_instancia(empresa, "http://127.0.0.1:9", nome=f"{MARCA}instancia")
    novo_ciclo(empresa, external_billing_id=CODIGO, nome=f"{MARCA} devedor")


def _do_nucleo(empresa: Empresa) -> None:
    chave_criar(empresa=empresa, nome=f"{MARCA} chave", ator=ATOR)
    alerta_abrir(empresa=empresa, chave=MARCA, severidade="error", titulo=f"{MARCA} alerta")
    auditar(empresa=empresa, ator=ATOR, acao="teste", para=MARCA)


def _da_sessao(empresa: Empresa) -> None:
    with transaction.atomic():
        SessionContextFactory(
            vinculo__perfil__empresa=empresa, vinculo__perfil__nome=f"{MARCA} perfil", navegador=MARCA
        )


_SERVICOS: list[Callable[[Empresa], None]] = [
    _do_cliente,
    _do_estoque,
    _da_cobranca,
    _do_nucleo,
    _da_sessao,
]


def _generica(modelo: type[models.Model], empresa: Empresa, feitas: dict[Any, models.Model]) -> models.Model:
    valores: dict[str, Any] = {"empresa": empresa}
    for campo in modelo._meta.local_concrete_fields:
        if campo.name in valores or (campo.primary_key and isinstance(campo, models.AutoField)):
            continue
        if campo.has_default() or campo.null or getattr(campo, "db_default", None) is not models.NOT_PROVIDED:
            continue
        if isinstance(campo, models.ForeignKey):
            alvo = campo.related_model
            valores[campo.name] = feitas.get(alvo) or _primeira_ou_generica(alvo, empresa, feitas)
        else:
            valores[campo.name] = _valor(campo)
    linha = modelo(**valores)
    modelo._base_manager.bulk_create([linha])
    return linha


def _primeira_ou_generica(
    alvo: Any, empresa: Empresa, feitas: dict[Any, models.Model]
) -> models.Model | None:
    if alvo not in modelos_da_empresa():
        return alvo._base_manager.order_by("pk").first()
    return _primeira(alvo, empresa) or _generica(alvo, empresa, feitas)


def _valor(campo: Any) -> Any:
    if campo.choices:
        return campo.choices[0][0]
    tipos: list[tuple[type[models.Field], Any]] = [
        (models.DateTimeField, timezone.now()),
        (models.DateField, date(2026, 11, 22)),
        (models.TimeField, time(8)),
        (models.DecimalField, Decimal(1)),
        (models.BooleanField, False),
        (models.JSONField, {}),
        (models.UUIDField, uuid.uuid4()),
        (models.BinaryField, b"x"),
        (models.IntegerField, 1),
        (models.TextField, f"{MARCA} texto"),
        (models.CharField, f"{MARCA}"[: campo.max_length or 20]),
    ]
    return next(valor for tipo, valor in tipos if isinstance(campo, tipo))
