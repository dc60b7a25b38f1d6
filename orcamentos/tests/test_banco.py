"""What the database itself keeps right, whoever writes; and the arithmetic of lines and numbers."""

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nucleo.ator import Ator
from nucleo.errors import ErroDeValidacao, Indisponivel, restricao_violada
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.empresas import empresa_criar
from orcamentos import selectors
from orcamentos.models import FaixaImportada, ItemOrcamento, Orcamento, SerieOrcamento
from orcamentos.models.numeracao import numero_formatado, numero_lido
from orcamentos.services import criacao
from orcamentos.services.numeracao import SeriesDeOrcamentos, serie_ajustar
from orcamentos.services.transicoes import orcamento_enviar
from orcamentos.tests.factories import EnviadoFactory, OrcamentoFactory, item

pytestmark = pytest.mark.django_db


def sql(comando: str, *parametros) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(comando, parametros)


def recusado(comando: str, *parametros) -> str:
    with pytest.raises(IntegrityError) as erro:
        sql(comando, *parametros)
    return restricao_violada(erro.value)


def test_the_constraint_of_the_number_is_the_seeds(no_escopo: Empresa) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conname = 'detailed_budgets_budget_number_org_id_key'"
        )
        assert cursor.fetchone()[0] == "UNIQUE (budget_number, empresa_id)"


def test_one_number_serves_two_empresas_and_never_one_twice(empresa: Empresa, outra_empresa: Empresa) -> None:
    numeros = []
    for uma in (empresa, outra_empresa):
        with escopo(uma):
            numeros.append(OrcamentoFactory(empresa=uma).budget_number)
    assert numeros[0] == numeros[1]
    with escopo(empresa):
        copia = Orcamento.objects.get()
        copia.pk, copia.total = None, 0
        with pytest.raises(IntegrityError) as erro, transaction.atomic():
            copia.save(force_insert=True)
    assert restricao_violada(erro.value) == "detailed_budgets_budget_number_org_id_key"


@pytest.mark.parametrize(
    ("mudanca", "restricao"),
    [
        ("status = 'talvez'", "detailed_budgets_status_ck"),
        (
            "data = data + interval '2 years', validade = validade + interval '3 years'",
            "detailed_budgets_ano_da_data_ck",
        ),
        ("validade = data - 1", "detailed_budgets_validade_ck"),
        ("numero = 7", "detailed_budgets_numero_imutavel"),
        ("budget_number = 'ORC-2026-0007'", "detailed_budgets_numero_imutavel"),
        ("ano = 1999", "detailed_budgets_numero_imutavel"),
        ("total = 1", "detailed_budgets_total_e_do_banco"),
    ],
)
def test_sql_cannot_break_a_quote(no_escopo: Empresa, mudanca: str, restricao: str) -> None:
    OrcamentoFactory(empresa=no_escopo)
    assert recusado(f"UPDATE detailed_budgets SET {mudanca}") == restricao


@pytest.mark.parametrize(
    ("mudanca", "restricao"),
    [
        ("quantidade = 0", "detailed_budget_items_quantidade_ck"),
        ("quantidade = 'NaN'", "detailed_budget_items_quantidade_ck"),
        ("preco_unitario = 'NaN'", "detailed_budget_items_preco_ck"),
        ("desconto = 10.01", "detailed_budget_items_desconto_ck"),
        ("desconto = 'NaN'", "detailed_budget_items_desconto_ck"),
        ("descricao = ''", "detailed_budget_items_descricao_ck"),
    ],
)
def test_sql_cannot_break_a_line(no_escopo: Empresa, mudanca: str, restricao: str) -> None:
    OrcamentoFactory(empresa=no_escopo)
    assert recusado(f"UPDATE detailed_budget_items SET {mudanca}") == restricao


def test_the_total_follows_the_lines_whoever_writes_them(no_escopo: Empresa) -> None:
    um, dois = (
        OrcamentoFactory(empresa=no_escopo, itens=[item("2", "10.00"), item("1", "5.00")]) for _ in "ab"
    )

    def totais() -> list[str]:
        return [str(t) for t in Orcamento.objects.order_by("pk").values_list("total", flat=True)]

    sql("UPDATE detailed_budget_items SET quantidade = 3 WHERE posicao = 1")
    assert totais() == ["35.00", "35.00"]
    ItemOrcamento.objects.filter(orcamento=um, posicao=2).update(preco_unitario=Decimal("0.01"))
    ItemOrcamento.objects.filter(orcamento=dois, posicao=2).delete()
    assert totais() == ["30.01", "30.00"]
    sql("UPDATE detailed_budget_items SET orcamento_id = %s, posicao = 9 WHERE posicao = 2", dois.pk)
    assert totais() == ["30.00", "30.01"]
    sql(
        "INSERT INTO detailed_budget_items (empresa_id, orcamento_id, posicao, descricao, quantidade,"
        " preco_unitario, desconto) VALUES (%s, %s, 4, 'x', 1.5, 0.33, 0)",
        no_escopo.pk,
        um.pk,
    )
    assert totais() == ["30.50", "30.01"]


def test_lines_change_only_while_their_quote_is_a_draft(no_escopo: Empresa, ator: Ator) -> None:
    EnviadoFactory(empresa=no_escopo)
    for comando in ("UPDATE detailed_budget_items SET descricao = 'y'", "DELETE FROM detailed_budget_items"):
        assert recusado(comando) == "detailed_budget_items_so_em_rascunho"
    assert Orcamento.objects.get().total == 10


def test_a_quote_cannot_be_deleted(no_escopo: Empresa) -> None:
    OrcamentoFactory(empresa=no_escopo)
    with pytest.raises(ProgrammingError, match="permission denied"):
        sql("DELETE FROM detailed_budgets")


def test_the_counter_never_goes_back(no_escopo: Empresa) -> None:
    OrcamentoFactory(empresa=no_escopo)
    assert recusado("UPDATE budget_sequencias SET ultimo_numero = 0") == "budget_sequencias_so_avanca"


dinheiro = st.decimals("0", "9999.99", places=2)
quantidades = st.decimals("0.001", "9999999.999", places=3)


@given(linhas=st.lists(st.tuples(quantidades, dinheiro), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_service_and_database_agree_on_every_total(no_escopo: Empresa, linhas) -> None:
    itens = [item(str(q), str(p)) for q, p in linhas]
    orcamento = OrcamentoFactory(empresa=no_escopo, itens=itens)
    certos = [(q * p).quantize(Decimal("0.01"), ROUND_HALF_UP) for q, p in linhas]
    gravados = list(orcamento.itens.order_by("posicao").values_list("total", flat=True))
    assert gravados == certos == [i.total for i in itens]
    assert orcamento.total == Orcamento.objects.get(pk=orcamento.pk).total == sum(certos)


def test_half_a_cent_goes_up(no_escopo: Empresa) -> None:
    orcamento = OrcamentoFactory(empresa=no_escopo, itens=[item("0.5", "0.01"), item("1.5", "0.33")])
    assert [str(t) for t in orcamento.itens.values_list("total", flat=True)] == ["0.01", "0.50"]


@given(ano=st.integers(1900, 2199), numero=st.integers(1, 999_999_999))
def test_a_number_is_read_back_as_it_was_written(ano: int, numero: int) -> None:
    assert numero_lido(numero_formatado(ano, numero)) == (ano, numero)


@pytest.mark.parametrize(
    "texto", ["", "ORC-2026-1", "ORC-2026-00001", "ORC-26-0001", "ORC-2026-0000", "X", None, "ORC-2026-٠٠٠١"]
)
def test_other_spellings_of_a_number_are_refused(texto) -> None:
    with pytest.raises(ErroDeValidacao):
        numero_lido(texto)


class TestAnoNoFusoDaEmpresa:
    """31 December 23:59 is the old year where it is still the old year."""

    @pytest.mark.parametrize(
        ("fuso", "ultimo_minuto"),
        [
            ("America/Noronha", datetime(2027, 1, 1, 1, 59, tzinfo=UTC)),
            ("America/Sao_Paulo", datetime(2027, 1, 1, 2, 59, tzinfo=UTC)),
            ("America/Manaus", datetime(2027, 1, 1, 3, 59, tzinfo=UTC)),
        ],
    )
    def test_the_year_turns_at_the_empresas_midnight(
        self, db: None, time_machine, fuso: str, ultimo_minuto: datetime
    ) -> None:
        empresa = empresa_criar(slug="ano", nome="Ano", fuso=fuso)
        with escopo(empresa):
            time_machine.move_to(ultimo_minuto, tick=False)
            velho = OrcamentoFactory(empresa=empresa)
            time_machine.shift(60)
            novo = OrcamentoFactory(empresa=empresa)
            velho = orcamento_enviar(
                empresa=empresa, ator=Ator("teste"), orcamento_id=velho.pk, versao=velho.versao
            )
        assert (velho.budget_number, velho.data) == ("ORC-2026-0001", date(2026, 12, 31))
        assert (novo.budget_number, novo.data) == ("ORC-2027-0001", date(2027, 1, 1))

    def test_at_one_instant_two_empresas_number_two_years(self, db: None, time_machine) -> None:
        time_machine.move_to(datetime(2027, 1, 1, 2, 30, tzinfo=UTC), tick=False)
        numeros = []
        for fuso in ("America/Noronha", "America/Sao_Paulo", "America/Manaus"):
            empresa = empresa_criar(slug=fuso[8:].lower().replace("_", "-"), nome=fuso, fuso=fuso)
            with escopo(empresa):
                numeros.append(OrcamentoFactory(empresa=empresa).budget_number)
        assert numeros == ["ORC-2027-0001", "ORC-2026-0001", "ORC-2026-0001"]


class TestSeries:
    def test_after_9999_comes_10000_and_sorting_runs_right_across(
        self, no_escopo: Empresa, ator: Ator
    ) -> None:
        ano = 2026
        serie_ajustar(empresa=no_escopo, ano=ano, ultimo=9998, ator=ator)
        for _ in range(3):
            OrcamentoFactory(empresa=no_escopo, data=date(ano, 5, 5))
        numeros = list(
            selectors.orcamentos_da_empresa(empresa=no_escopo).values_list("budget_number", flat=True)
        )
        assert numeros == ["ORC-2026-10001", "ORC-2026-10000", "ORC-2026-9999"]
        assert SeriesDeOrcamentos().verificar(no_escopo) == []

    def test_moving_a_counter_leaves_a_range_that_is_no_gap(self, no_escopo: Empresa, ator: Ator) -> None:
        series = SeriesDeOrcamentos()
        situacao = series.ajustar(empresa=no_escopo, serie="orc-2026", ultimo="ORC-2026-0120", ator=ator)
        assert (situacao.ultimo, situacao.proximo, situacao.quantidade) == (
            "ORC-2026-0120",
            "ORC-2026-0121",
            0,
        )
        faixa = FaixaImportada.objects.get()
        assert (faixa.ano, faixa.de, faixa.ate) == (2026, 1, 120)
        assert OrcamentoFactory(empresa=no_escopo, data=date(2026, 5, 5)).budget_number == "ORC-2026-0121"
        assert series.verificar(no_escopo) == []
        with pytest.raises(ErroDeValidacao, match="nunca anda para trás"):
            series.ajustar(empresa=no_escopo, serie="ORC-2026", ultimo="5", ator=ator)

    def test_a_gap_that_we_made_and_a_counter_behind_are_reported(self, empresa: Empresa) -> None:
        with escopo(empresa):
            for _ in range(5):
                OrcamentoFactory(empresa=empresa, data=date(2026, 5, 5))
        # As the owner, outside every service: what must never happen.
        ItemOrcamento.objects.filter(orcamento__numero__in=[2, 3]).delete()
        sql("DELETE FROM detailed_budgets WHERE numero IN (2, 3)")
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql("ALTER TABLE budget_sequencias DISABLE TRIGGER USER")
        sql("UPDATE budget_sequencias SET ultimo_numero = 4")
        with escopo(empresa):
            achados = {(a.serie, a.tipo, a.detalhe) for a in SeriesDeOrcamentos().verificar(empresa)}
        assert achados == {
            ("ORC-2026", "lacuna", "Falta ORC-2026-0002 a 0003."),
            ("ORC-2026", "contador_atrasado", "O contador está em 4, mas existe o número 5."),
        }

    def test_a_number_planted_from_elsewhere_moves_the_counter_past_it(self, no_escopo: Empresa) -> None:
        primeiro = OrcamentoFactory(empresa=no_escopo, data=date(2026, 5, 5))
        _plantar(primeiro, 2, 3, 7)
        assert OrcamentoFactory(empresa=no_escopo, data=date(2026, 5, 5)).budget_number == "ORC-2026-0008"
        assert SeriesDeOrcamentos().verificar(no_escopo) == []

    def test_five_numbers_taken_in_a_row_end_in_a_clear_error(
        self, no_escopo: Empresa, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        OrcamentoFactory(empresa=no_escopo, data=date(2026, 5, 5))
        tomados = []
        monkeypatch.setattr(criacao, "reservar", lambda *a, **k: tomados.append(1) or 1)
        with pytest.raises(Indisponivel, match="5 tentativas"):
            OrcamentoFactory(empresa=no_escopo, data=date(2026, 5, 5))
        assert len(tomados) == 5
        assert Orcamento.objects.count() == 1

    def test_a_rollback_returns_the_number(self, no_escopo: Empresa) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            OrcamentoFactory(empresa=no_escopo)
            raise ZeroDivisionError
        assert not SerieOrcamento.objects.exists()
        assert OrcamentoFactory(empresa=no_escopo).numero == 1


def _plantar(modelo: Orcamento, *numeros: int) -> None:
    for numero in numeros:
        Orcamento.objects.create(
            empresa=modelo.empresa,
            cliente=modelo.cliente,
            ano=modelo.ano,
            numero=numero,
            budget_number=numero_formatado(modelo.ano, numero),
            data=modelo.data,
            validade=modelo.validade,
        )
