"""Any sequence of operations, by any kind of writer: every figure equals the naive recomputation."""

import contextlib
import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import hypothesis.strategies as st
import pytest
import time_machine
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from estoque import services
from estoque.models import (
    CarteiraPrincipal,
    MovimentacaoEstoque,
    PreSeparacaoItem,
    Produto,
    ProgramacaoProducao,
    Separacao,
)
from estoque.selectors.projecoes import projecao_com_causas, projecao_exata, rupturas
from estoque.selectors.saldos import saldo_exato
from estoque.selectors.validacao import divergencias
from estoque.tests.ingenuo import conservada, recalcular
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.errors import ErroDeNegocio
from nucleo.models import Empresa

ATOR = Ator("teste")
# `make fuzz` walks more, and other, sequences than the suite's fixed ones.
EXEMPLOS = int(os.environ.get("ESTOQUE_FUZZ_EXEMPLOS", "0"))
INICIO = datetime(2026, 3, 2, 15, tzinfo=UTC)
quantidades = st.decimals("0.001", "30", places=3)
dias = st.integers(-4, 9)
qual = st.integers(0, 50)
lado = st.integers(0, 1)
opcional = st.none() | quantidades


class Maquina(RuleBasedStateMachine):
    """Two products of one empresa, driven by services, ORM bulk, raw SQL, folds, rebuilds and days."""

    empresa: Empresa

    def __init__(self) -> None:
        super().__init__()
        self.relogio = time_machine.travel(INICIO, tick=False)
        self.agora = self.relogio.start()
        self.produtos: list[Produto] = []

    def teardown(self) -> None:
        self.relogio.stop()

    @initialize()
    def criar(self) -> None:
        total = Produto.objects.count()
        self.produtos = [
            services.produto_criar(empresa=self.empresa, ator=ATOR, cod_produto=f"M{total + i}", nome="M")
            for i in range(2)
        ]

    def _dia(self, n: int):
        return hoje(self.empresa.fuso) + timedelta(days=n)

    def _uma(self, modelo, n: int):
        linhas = list(modelo.objects.filter(produto__in=self.produtos).order_by("pk"))
        return linhas[n % len(linhas)] if linhas else None

    def _tentar(self, servico, **dados) -> None:
        with contextlib.suppress(ErroDeNegocio):
            servico(empresa=self.empresa, ator=ATOR, **dados)

    @rule(p=lado, tipo=st.sampled_from(["entrada", "saida", "ajuste"]), q=quantidades, n=st.integers(-9, 0))
    def movimentar(self, p, tipo, q, n):
        sinal = -1 if tipo == "ajuste" and n % 2 else 1
        self._tentar(
            services.movimentacao_registrar,
            produto=self.produtos[p],
            tipo=tipo,
            quantidade=q * sinal,
            data=self._dia(n),
        )

    @rule(p=lado, q=quantidades, n=dias)
    def pedir(self, p, q, n):
        services.carteira_incluir_varios(
            empresa=self.empresa,
            ator=ATOR,
            num_pedido="P",
            itens=[(self.produtos[p], q), (self.produtos[1 - p], Decimal(1))],
            data_entrega=self._dia(n),
        )

    @rule(i=qual, q=opcional, n=dias)
    def pre_separar(self, i, q, n):
        if linha := self._uma(CarteiraPrincipal, i):
            self._tentar(services.pre_separar, carteira_id=linha.pk, quantidade=q, data=self._dia(n))

    @rule(i=qual, q=opcional, n=dias, de_pre=st.booleans())
    def separar(self, i, q, n, de_pre):
        modelo, nome = (
            (PreSeparacaoItem, "pre_separacao_id") if de_pre else (CarteiraPrincipal, "carteira_id")
        )
        if linha := self._uma(modelo, i):
            self._tentar(services.separar, quantidade=q, data_expedicao=self._dia(n), **{nome: linha.pk})

    @rule(i=qual, q=opcional)
    def expedir(self, i, q):
        if linha := self._uma(Separacao, i):
            self._tentar(services.expedir, separacao_id=linha.pk, quantidade=q)

    @rule(i=qual, q=opcional, etapa=st.integers(0, 3))
    def cancelar(self, i, q, etapa):
        modelo, servico, nome = (
            (CarteiraPrincipal, services.carteira_cancelar, "carteira_id"),
            (PreSeparacaoItem, services.pre_separacao_cancelar, "pre_separacao_id"),
            (Separacao, services.separacao_cancelar, "separacao_id"),
            (ProgramacaoProducao, services.producao_cancelar, "producao_id"),
        )[etapa]
        if linha := self._uma(modelo, i):
            self._tentar(servico, quantidade=q, **{nome: linha.pk})

    @rule(p=lado, q=quantidades, n=dias)
    def planejar(self, p, q, n):
        self._tentar(services.producao_criar, produto=self.produtos[p], quantidade=q, data=self._dia(n))

    @rule(i=qual, q=opcional)
    def concluir(self, i, q):
        if linha := self._uma(ProgramacaoProducao, i):
            self._tentar(services.producao_concluir, producao_id=linha.pk, quantidade=q)

    @rule(i=qual, n=dias, etapa=st.integers(0, 3))
    def reprogramar(self, i, n, etapa):
        modelo, servico, nome = (
            (CarteiraPrincipal, services.carteira_reprogramar, "carteira_id"),
            (PreSeparacaoItem, services.pre_separacao_reprogramar, "pre_separacao_id"),
            (Separacao, services.separacao_reprogramar, "separacao_id"),
            (ProgramacaoProducao, services.producao_reprogramar, "producao_id"),
        )[etapa]
        if linha := self._uma(modelo, i):
            self._tentar(servico, data=self._dia(n), **{nome: linha.pk})

    @rule(permite=st.booleans())
    def permitir_negativo(self, permite):
        services.configuracao_definir(empresa=self.empresa, ator=ATOR, permite_negativo=permite)

    @rule(i=qual)
    def estornar(self, i):
        if linha := self._uma(MovimentacaoEstoque, i):
            self._tentar(services.movimentacao_estornar, movimentacao_id=linha.pk)

    @rule(n=dias, desfazer=st.booleans())
    def mudar_datas_por_update(self, n, desfazer):
        with transaction.atomic():
            CarteiraPrincipal.objects.filter(produto__in=self.produtos).update(data_entrega=self._dia(n))
            ProgramacaoProducao.objects.filter(produto=self.produtos[0]).update(data=self._dia(n + 1))
            transaction.set_rollback(desfazer)

    @rule(n=dias, p=lado)
    def trocar_produto_por_sql(self, n, p):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE estoque_programacaoproducao SET produto_id = %s, data = %s WHERE produto_id = %s",
                [self.produtos[p].pk, self._dia(n), self.produtos[1 - p].pk],
            )

    @rule(p=lado)
    def apagar_planos(self, p):
        usados = MovimentacaoEstoque.objects.filter(producao__isnull=False).values("producao_id")
        ProgramacaoProducao.objects.filter(produto=self.produtos[p]).exclude(pk__in=usados).delete()

    @rule(p=lado, q=quantidades)
    def inserir_em_massa(self, p, q):
        comum = {"empresa": self.empresa, "produto": self.produtos[p], "data": self._dia(0)}
        MovimentacaoEstoque.objects.bulk_create(
            [MovimentacaoEstoque(tipo=t, quantidade=q, **comum) for t in ("entrada", "saida", "entrada")]
        )

    @rule(p=lado)
    def dobrar(self, p):
        services.produtos_dobrar(empresa=self.empresa, produto_ids=[self.produtos[p].pk])

    @rule(tudo=st.booleans())
    def reconstruir(self, tudo):
        ids = None if tudo else [self.produtos[0].pk]
        services.cache_reconstruir(empresa=self.empresa, produto_ids=ids)

    @rule(n=st.integers(1, 5))
    def passar_dias(self, n):
        self.agora.shift(timedelta(days=n))

    @invariant()
    def tudo_confere(self):
        hoje_ = hoje(self.empresa.fuso)
        certas = {}
        for produto in self.produtos:
            certo = recalcular(produto, hoje_)
            self._conferir(produto, certo)
            if certo.ruptura:
                certas[produto.cod_produto] = certo.ruptura
        lidas = rupturas(empresa=self.empresa, dias=365)
        codigos = {p.cod_produto for p in self.produtos}
        assert {r.cod_produto: r.data_ruptura for r in lidas if r.cod_produto in codigos} == certas
        assert divergencias(empresa=self.empresa) == []
        for linha in CarteiraPrincipal.objects.filter(produto__in=self.produtos):
            assert conservada(linha)

    def _conferir(self, produto: Produto, certo) -> None:
        lido = saldo_exato(empresa=self.empresa, cod_produto=produto.cod_produto)
        assert (lido.saldo_atual, lido.qtd_carteira, lido.qtd_pre_separacao, lido.qtd_separacao) == (
            certo.saldo,
            certo.carteira,
            certo.pre,
            certo.sep,
        )
        assert (lido.data_ruptura, lido.menor_saldo, lido.producao_vencida) == (
            certo.ruptura,
            certo.menor,
            certo.vencida,
        )
        projecao = projecao_exata(empresa=self.empresa, cod_produto=produto.cod_produto, dias=45)
        assert [(d.data, d.entradas, d.saidas, d.saldo) for d in projecao.dias] == certo.dias
        com_causas = projecao_com_causas(empresa=self.empresa, cod_produto=produto.cod_produto, dias=12)
        for dia in com_causas.dias:
            entra = sum((c.quantidade for c in dia.causas if c.etapa == "producao"), Decimal(0))
            sai = sum((c.quantidade for c in dia.causas if c.etapa != "producao"), Decimal(0))
            assert (entra, sai) == (dia.entradas, dia.saidas)


@pytest.mark.django_db
def test_every_figure_equals_the_naive_recomputation_after_every_step(no_escopo: Empresa) -> None:
    class DaEmpresa(Maquina):
        empresa = no_escopo

    run_state_machine_as_test(
        DaEmpresa,
        settings=settings(
            max_examples=EXEMPLOS or 15,
            stateful_step_count=25,
            deadline=None,
            derandomize=not EXEMPLOS,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
