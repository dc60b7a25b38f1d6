"""The audit trail as people read it."""

import pytest

from nucleo.models import RegistroAuditoria
from nucleo.palavras import aparelho, de_para, detalhe_em_linhas, valor_em_palavras
from nucleo.textos import contados


@pytest.mark.parametrize(
    ("gravado", "lido"),
    [
        ("2026-12-03", "03/12/2026"),
        ("655.90", "655,90"),
        ("-1.500", "-1,500"),
        (True, "sim"),
        (False, "não"),
        (None, "vazio"),
        ("", "vazio"),
        (["a", "2026-01-02"], "a, 02/01/2026"),
        ("ORC-2026-0001", "ORC-2026-0001"),
        ("1.2.3", "1.2.3"),
        ("2026-13-45", "2026-13-45"),
    ],
)
def test_a_stored_value_is_read_in_words(gravado: object, lido: str) -> None:
    assert valor_em_palavras(gravado) == lido


def test_a_change_says_from_what_into_what() -> None:
    assert de_para(RegistroAuditoria(de="2026-01-02", para="2026-02-03")) == "02/01/2026 → 03/02/2026"
    assert de_para(RegistroAuditoria(de="ativo")) == "ativo → vazio"
    assert de_para(RegistroAuditoria(para="10.00")) == "10,00"
    assert de_para(RegistroAuditoria()) == ""


def test_the_details_name_the_fields_as_the_forms_do() -> None:
    registro = RegistroAuditoria(
        objeto_tipo="nucleo.empresa",
        detalhe={"campos": {"razao_social": ["", "Alfa Ltda."]}, "motivo": "pedido", "mudancas": ["a", "b"]},
    )
    assert detalhe_em_linhas(registro) == ["Razão social: vazio → Alfa Ltda.", "Motivo: pedido", "a", "b"]


def test_a_record_about_a_model_that_is_gone_still_reads() -> None:
    registro = RegistroAuditoria(objeto_tipo="velho.modelo", detalhe={"data_de_entrega": "2026-01-02"})
    assert detalhe_em_linhas(registro) == ["Data de entrega: 02/01/2026"]


@pytest.mark.parametrize(
    ("navegador", "dito"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "Chrome no Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126 Safari/537 Edg/126", "Edge no Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17 Safari/604.1",
            "Safari no iPhone",
        ),
        ("curl/8.0", "curl/8.0"),
        ("", "—"),
    ],
)
def test_a_browser_is_called_what_people_call_it(navegador: str, dito: str) -> None:
    assert aparelho(navegador) == dito


@pytest.mark.parametrize(("quantos", "dito"), [(0, "0 dias"), (1, "1 dia"), (2, "2 dias")])
def test_a_number_agrees_with_its_word(quantos: int, dito: str) -> None:
    assert contados(quantos, "dia", "dias") == dito
