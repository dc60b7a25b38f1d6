"""The operators' commands, the demo data and the spreadsheet import."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from estoque import services
from estoque.demo import estoque_demo
from estoque.models import CarteiraPrincipal, MovimentacaoEstoque, Produto, SaldoEstoqueCache
from estoque.selectors.projecoes import rupturas
from estoque.selectors.validacao import divergencias
from nucleo.ator import Ator
from nucleo.datas import hoje
from nucleo.escopo import escopo
from nucleo.models import Alerta, Empresa

pytestmark = pytest.mark.django_db
ATOR = Ator("teste")


def _rodar(comando: str, *args: str, **opcoes: Any) -> str:
    saida = StringIO()
    call_command(comando, *args, stdout=saida, **opcoes)
    return saida.getvalue()


@pytest.fixture
def produto(empresa: Empresa) -> Produto:
    with escopo(empresa):
        produto = services.produto_criar(empresa=empresa, ator=ATOR, cod_produto="A", nome="Anel")
        services.movimentacao_registrar(
            empresa=empresa, ator=ATOR, produto=produto, tipo="entrada", quantidade="7.5"
        )
    return produto


def test_a_spoiled_cache_is_found_repaired_and_reported(empresa: Empresa, produto: Produto) -> None:
    _rodar("reinicializar_cache", "--empresa", "alfa")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE saldo_estoque_cache SET saldo = saldo + 1, qtd_carteira = 2")
    with pytest.raises(CommandError, match="--corrigir"):
        _rodar("validar_cache", "--empresa", "alfa")
    relato = json.loads(_rodar("validar_cache", "--empresa", "alfa", "--corrigir", "--json"))
    assert relato[0]["taxa_precisao"] == 0.0
    assert {(d["campo"], d["cache"], d["certo"]) for d in relato[0]["divergencias"]} == {
        ("saldo", "8.500", "7.500"),
        ("qtd_carteira", "2.000", "0"),
    }
    assert Alerta.objects.get(empresa=empresa, resolvido_em=None).chave == "estoque_cache_divergente"
    assert "1 de 1 produtos certos" in _rodar("validar_cache", "--empresa", "alfa")
    assert not Alerta.objects.filter(empresa=empresa, resolvido_em=None).exists()


def test_a_missing_balance_row_is_found_and_rebuilt(empresa: Empresa, produto: Produto) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM saldo_estoque_cache")
    _rodar("validar_cache", "--corrigir")
    assert SaldoEstoqueCache.objects.get().saldo == Decimal("7.5")


def test_the_rate_of_a_sample_in_code(no_escopo: Empresa, produto: Produto) -> None:
    assert services.validar_precisao_cache(10)["taxa_precisao"] == 100.0


def test_status_and_one_product(empresa: Empresa, produto: Produto) -> None:
    antes = json.loads(_rodar("status_cache", "--json"))["empresas"][0]
    assert (antes["pendentes"], antes["produtos_pendentes"], antes["produtos"]) == (1, 1, 1)
    assert "saldo 7.500" in _rodar("atualizar_produto", "A")
    assert json.loads(_rodar("status_cache", "--json"))["empresas"][0]["pendentes"] == 0
    with pytest.raises(CommandError, match="não existe"):
        _rodar("atualizar_produto", "B")


def test_a_disabled_or_missing_trigger_is_named(empresa: Empresa) -> None:
    assert "presentes e ligados" in _rodar("verificar_triggers")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE estoque_separacao DISABLE TRIGGER estoque_delta_update")
        cursor.execute("DROP TRIGGER estoque_delta_insert ON estoque_carteiraprincipal")
    saida = StringIO()
    with pytest.raises(CommandError, match="2 trigger"):
        call_command("verificar_triggers", stdout=saida)
    assert saida.getvalue().splitlines() == [
        "estoque_delta_insert em estoque_carteiraprincipal: ausente",
        "estoque_delta_update em estoque_separacao: desligado",
    ]


def _planilha(pasta: Path, linhas: list[str]) -> Path:
    arquivo = pasta / "mov.csv"
    arquivo.write_text("\n".join(["cod_produto;tipo;quantidade;data;documento", *linhas]), encoding="utf-8")
    return arquivo


def test_an_import_takes_the_sound_rows_and_names_the_bad_ones(
    empresa: Empresa, produto: Produto, tmp_path: Path
) -> None:
    boas = ["A;Entrada;1,5;05/01/2026;NF 1"] * 1200
    ruins = {10: "A;entrada;1,2345;;", 700: "B;entrada;1;;", 900: "A;doação;1;;", 901: "A;saida;-1;;"}
    for linha, texto in ruins.items():
        boas[linha] = texto
    arquivo = _planilha(tmp_path, boas)
    feito = json.loads(_rodar("importar_movimentacoes", str(arquivo), "--empresa", "alfa", "--json"))
    assert (feito["lidas"], feito["gravadas"], feito["com_erro"]) == (1200, 1196, 4)
    erros = arquivo.with_name("mov.csv.erros.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert [e.split(";")[:3] for e in erros] == [
        ["12", "quantidade", "valor_invalido"],
        ["702", "cod_produto", "produto_desconhecido"],
        ["902", "tipo", "valor_invalido"],
        ["903", "quantidade", "valor_invalido"],
    ]
    with escopo(empresa):
        saldo = services.garantir_cache_atualizado(empresa, "A")["saldo_atual"]
    assert saldo == Decimal("7.5") + Decimal("1.5") * 1196
    _rodar("importar_movimentacoes", str(arquivo), "--empresa", "alfa", stderr=StringIO())
    assert MovimentacaoEstoque.objects.count() == 1197


def test_the_demo_is_repeatable_plausible_and_exact(no_escopo: Empresa) -> None:
    dia = hoje(no_escopo.fuso)
    assert estoque_demo(no_escopo, ATOR, dia) == 80
    contagem = (MovimentacaoEstoque.objects.count(), CarteiraPrincipal.objects.count())
    assert contagem[0] > 3000
    assert estoque_demo(no_escopo, ATOR, dia) == 0
    assert (MovimentacaoEstoque.objects.count(), CarteiraPrincipal.objects.count()) == contagem
    assert 5 <= len(rupturas(empresa=no_escopo)) <= 30
    assert divergencias(empresa=no_escopo) == []
    assert isinstance(dia, date)
