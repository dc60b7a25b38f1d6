"""A small company with something of everything, made by the public services as people would make it."""

from datetime import timedelta
from decimal import Decimal

from clientes.tests.factories import ClienteFactory
from cobranca.tests.factories import nova_instancia, novo_ciclo
from estoque.models import CarteiraPrincipal
from estoque.services.carteira import carteira_incluir
from estoque.services.movimentacoes import movimentacao_registrar
from estoque.services.producao import producao_criar
from estoque.services.produtos import produto_criar
from estoque.services.separacoes import pre_separar, separar
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.models import Empresa
from nucleo.services.alertas import alerta_abrir
from nucleo.services.chaves import chave_criar
from orcamentos.services import orcamento_aprovar
from orcamentos.tests.factories import EnviadoFactory, OrcamentoFactory, item

ATOR = Ator("teste")


def povoar(empresa: Empresa) -> None:
    """Fill the company; the caller is inside its scope."""
    _estoque(empresa)
    cliente = ClienteFactory(empresa=empresa, nome="Oficina São João", telefone="11987654321")
    OrcamentoFactory(empresa=empresa, cliente=cliente)
    EnviadoFactory(empresa=empresa, cliente=cliente, itens=[item("2", "1250.00")])
    aprovado = EnviadoFactory(empresa=empresa, cliente=cliente, itens=[item("1", "3500.50")])
    orcamento_aprovar(empresa=empresa, ator=ATOR, orcamento_id=aprovado.pk, versao=aprovado.versao)
    nova_instancia(empresa, "http://127.0.0.1:9/")
    novo_ciclo(empresa, nome="Oficina São João")
    chave_criar(empresa=empresa, nome="Integração", ator=ATOR)
    alerta_abrir(
        empresa=empresa, chave="teste", severidade="warning", titulo="Número de WhatsApp desconectado"
    )


def _estoque(empresa: Empresa) -> None:
    dia = hoje(empresa.fuso)
    produto = produto_criar(empresa=empresa, ator=ATOR, cod_produto="PST-01", nome="Pistão 86 mm")
    movimentacao_registrar(empresa=empresa, ator=ATOR, produto=produto, tipo="entrada", quantidade="10")
    pedido = carteira_incluir(
        empresa=empresa,
        ator=ATOR,
        num_pedido="PED-1",
        produto=produto,
        quantidade="25",
        data_entrega=dia + timedelta(days=5),
    )
    assert isinstance(pedido, CarteiraPrincipal)
    comum = {"empresa": empresa, "ator": ATOR, "carteira_id": pedido.pk}
    pre_separar(**comum, quantidade=Decimal(2), data=dia + timedelta(days=2))
    separar(**comum, quantidade=Decimal(3), data_expedicao=dia + timedelta(days=1))
    producao_criar(empresa=empresa, ator=ATOR, produto=produto, quantidade="4", data=dia + timedelta(days=3))
