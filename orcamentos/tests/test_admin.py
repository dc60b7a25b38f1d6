"""The office's pages, driven through the real admin."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from clientes.tests.factories import ClienteFactory
from estoque.models import CarteiraPrincipal
from estoque.tests.factories import ProdutoFactory
from nucleo.datas import hoje
from nucleo.escopo import escopo
from nucleo.models import Empresa
from nucleo.services.empresas import usuario_criar
from orcamentos.models import ImportacaoDeOrcamentos, Orcamento, Status
from orcamentos.tasks import importar
from orcamentos.tests.factories import EnviadoFactory, OrcamentoFactory, item

pytestmark = pytest.mark.django_db
LISTA = reverse("admin:orcamentos_orcamento_changelist")
NOVO = reverse("admin:orcamentos_orcamento_add")


def entrar(empresa: Empresa, perfil: str) -> Client:
    pessoa = usuario_criar(empresa=empresa, login=f"{perfil}-1", perfil=perfil, senha="senha-de-teste-1")
    navegador = Client()
    navegador.force_login(pessoa)
    return navegador


@pytest.fixture
def vendas(empresa: Empresa) -> Client:
    return entrar(empresa, "vendas")


@pytest.fixture
def cliente(empresa: Empresa):
    with escopo(empresa):
        return ClienteFactory(empresa=empresa, nome="Oficina do Zé")


def formulario(cliente, *itens: dict, **cabeca) -> dict:
    dados = {
        "cliente": cliente.pk,
        "data": f"{hoje('America/Sao_Paulo'):%d/%m/%Y}",
        "validade": "",
        "condicoes_pagamento": "30 dias",
        "observacoes": "",
        "referencia_cliente": "",
        "versao_lida": "1",
        "itens-TOTAL_FORMS": len(itens),
        "itens-INITIAL_FORMS": sum("id" in um for um in itens),
        "itens-MIN_NUM_FORMS": 1,
        "itens-MAX_NUM_FORMS": 1000,
        **cabeca,
    }
    for n, um in enumerate(itens):
        base = {"produto": "", "descricao": "", "quantidade": "1", "preco_unitario": "1", "desconto": ""}
        dados |= {f"itens-{n}-{campo}": valor for campo, valor in (base | um).items()}
    return dados


def mudar(orcamento) -> str:
    return reverse("admin:orcamentos_orcamento_change", args=[orcamento.pk])


def acao(orcamento, nome: str) -> str:
    return reverse("admin:orcamentos_acao", args=[orcamento.pk, nome])


def test_a_quote_is_created_with_its_lines_in_one_form(vendas: Client, empresa: Empresa, cliente) -> None:
    with escopo(empresa):
        produto = ProdutoFactory(empresa=empresa)
    assert vendas.get(NOVO).status_code == 200
    resposta = vendas.post(
        NOVO,
        formulario(
            cliente,
            {"produto": produto.pk, "quantidade": "2,5", "preco_unitario": "1.234,56"},
            {"descricao": "Mão de obra", "quantidade": "1", "preco_unitario": "R$ 10,00", "desconto": "0,50"},
        ),
    )
    assert resposta.status_code == 302, re.findall(r"errornote.*|errorlist.*", resposta.content.decode())
    with escopo(empresa):
        orcamento = Orcamento.objects.get()
        assert str(orcamento.total) == "3095.90"
        assert [i.texto for i in orcamento.itens.all()] == [produto.nome, "Mão de obra"]
        assert orcamento.condicoes_pagamento == "30 dias"


@pytest.mark.parametrize(
    ("linha", "motivo"),
    [
        ({"descricao": "x", "quantidade": "0"}, "Item 1, quantidade: O valor mínimo é 0,001."),
        ({"descricao": "x", "preco_unitario": "1.234"}, "“1.234” é ambíguo"),
        ({"descricao": ""}, "Informe o produto ou uma descrição."),
        ({"descricao": "x", "desconto": "2"}, "O desconto não pode passar do valor do item"),
    ],
)
def test_what_the_service_refuses_is_shown_in_the_form_with_what_was_typed(
    vendas: Client, empresa: Empresa, cliente, linha: dict, motivo: str
) -> None:
    resposta = vendas.post(NOVO, formulario(cliente, linha, observacoes="digitei isto"))
    pagina = resposta.content.decode()
    assert resposta.status_code == 200
    assert motivo in pagina
    assert "digitei isto" in pagina
    with escopo(empresa):
        assert not Orcamento.objects.exists()


def test_a_draft_is_edited_and_a_stale_form_is_refused(vendas: Client, empresa: Empresa, cliente) -> None:
    with escopo(empresa):
        orcamento = OrcamentoFactory(empresa=empresa, cliente=cliente, itens=[item("1"), item("2")])
        um, dois = orcamento.itens.all()
    linhas = (
        {
            "id": um.pk,
            "orcamento": orcamento.pk,
            "descricao": "Fica",
            "quantidade": "3",
            "preco_unitario": "2",
        },
        {"id": dois.pk, "orcamento": orcamento.pk, "descricao": "Sai", "DELETE": "on"},
        {"descricao": "Entra", "quantidade": "1", "preco_unitario": "0,50"},
    )
    assert vendas.get(mudar(orcamento)).status_code == 200
    assert vendas.post(mudar(orcamento), formulario(cliente, *linhas)).status_code == 302
    with escopo(empresa):
        orcamento.refresh_from_db()
        assert (str(orcamento.total), orcamento.versao) == ("6.50", 2)
        assert [i.descricao for i in orcamento.itens.all()] == ["Fica", "Entra"]
        ids = list(orcamento.itens.values_list("pk", flat=True))
    velho = vendas.post(
        mudar(orcamento),
        formulario(
            cliente,
            *({"id": pk, "orcamento": orcamento.pk, "descricao": "z"} for pk in ids),
            observacoes="velho",
            versao_lida="1",
        ),
    )
    assert "foi alterado por outra pessoa" in velho.content.decode()
    with escopo(empresa):
        assert Orcamento.objects.get().observacoes == ""


def test_a_sent_quote_is_shown_and_not_editable(vendas: Client, empresa: Empresa, cliente) -> None:
    with escopo(empresa):
        orcamento = EnviadoFactory(empresa=empresa, cliente=cliente)
    pagina = vendas.get(mudar(orcamento)).content.decode()
    assert 'name="_save"' not in pagina
    assert 'name="observacoes"' not in pagina
    assert vendas.post(mudar(orcamento), formulario(cliente, observacoes="x")).status_code == 403
    for nome in ("aprovar", "recusar", "cancelar", "revisar"):
        assert acao(orcamento, nome) in pagina
    assert acao(orcamento, "enviar") not in pagina


def test_the_buttons_walk_the_quote_and_say_what_happened(vendas: Client, empresa: Empresa, cliente) -> None:
    with escopo(empresa):
        produto = ProdutoFactory(empresa=empresa)
        orcamento = OrcamentoFactory(empresa=empresa, cliente=cliente, itens=[item(produto=produto)])
    entrega = hoje(empresa.fuso) + timedelta(days=4)
    passos = [
        ("enviar", {"versao": 1}, "Orçamento enviado."),
        ("revisar", {"versao": 2}, "Orçamento revisado."),
        ("enviar", {"versao": 3}, "Orçamento enviado."),
        ("aprovar", {"versao": 3}, "foi alterado por outra pessoa"),
        ("aprovar", {"versao": 4, "data_entrega": entrega.isoformat()}, "Orçamento aprovado."),
        ("aprovar", {"versao": 5}, "está aprovado e não pode ser aprovado"),
    ]
    for nome, corpo, dito in passos:
        assert vendas.get(acao(orcamento, nome)).status_code == 405
        resposta = vendas.post(acao(orcamento, nome), corpo, follow=True)
        assert dito in resposta.content.decode()
    with escopo(empresa):
        orcamento.refresh_from_db()
        assert (orcamento.status, orcamento.revisao) == (Status.APROVADO, 2)
        assert CarteiraPrincipal.objects.get().data_entrega == entrega


def test_refusing_keeps_the_reason_in_the_history(vendas: Client, empresa: Empresa, cliente) -> None:
    with escopo(empresa):
        orcamento = EnviadoFactory(empresa=empresa, cliente=cliente)
    corpo = {"versao": 2, "motivo": "Achou caro <b>"}
    pagina = vendas.post(acao(orcamento, "recusar"), corpo, follow=True).content.decode()
    assert "Motivo: Achou caro &lt;b&gt;" in pagina


def test_who_may_only_look_cannot_act(empresa: Empresa, cliente) -> None:
    with escopo(empresa):
        orcamento = EnviadoFactory(empresa=empresa, cliente=cliente)
    estoque = entrar(empresa, "estoque")
    assert estoque.get(LISTA).status_code == 200
    pagina = estoque.get(mudar(orcamento)).content.decode()
    assert acao(orcamento, "aprovar") not in pagina
    assert estoque.post(acao(orcamento, "aprovar"), {"versao": 2}).status_code == 403
    assert estoque.get(NOVO).status_code == 403
    with escopo(empresa):
        orcamento.refresh_from_db()
        assert orcamento.status == Status.ENVIADO


def test_the_list_finds_by_number_customer_and_reference(vendas: Client, empresa: Empresa, cliente) -> None:
    with escopo(empresa):
        alvo = OrcamentoFactory(empresa=empresa, cliente=cliente, referencia_cliente="PC-9")
        outro = OrcamentoFactory(empresa=empresa, cliente=ClienteFactory(empresa=empresa, nome="Padaria"))
    for termo in (alvo.budget_number, "oficina do ze", cliente.codigo_cliente, "PC-9"):
        pagina = vendas.get(LISTA, {"q": termo}).content.decode()
        assert alvo.budget_number in pagina, termo
        assert mudar(outro) not in pagina, termo
    assert mudar(outro) not in vendas.get(LISTA, {"status__exact": "enviado"}).content.decode()


def test_the_list_is_exported(vendas: Client, empresa: Empresa, cliente) -> None:
    with escopo(empresa):
        orcamento = OrcamentoFactory(empresa=empresa, cliente=cliente)
    for nome in ("exportar_em_csv", "exportar_em_xlsx"):
        corpo = {"action": nome, "_selected_action": [orcamento.pk]}
        resposta = vendas.post(LISTA, corpo)
        assert resposta.status_code == 200
        if nome == "exportar_em_csv":
            linhas = b"".join(resposta.streaming_content).decode("utf-8-sig").splitlines()
            assert linhas[1].startswith(f"{orcamento.budget_number};1;rascunho;{cliente.codigo_cliente}")
        else:
            assert resposta.content.startswith(b"PK")


def test_the_numbers_report_shows_last_next_and_count(vendas: Client, empresa: Empresa, cliente) -> None:
    with escopo(empresa):
        for _ in range(2):
            OrcamentoFactory(empresa=empresa, cliente=cliente, data=date(2026, 3, 3))
    pagina = vendas.get(reverse("admin:orcamentos_numeracao")).content.decode()
    for texto in ("ORC-2026-0002", "ORC-2026-0003", "Sem números repetidos, sem lacunas"):
        assert texto in pagina


def test_the_print_is_reached_from_the_page(vendas: Client, empresa: Empresa, cliente) -> None:
    with escopo(empresa):
        orcamento = OrcamentoFactory(empresa=empresa, cliente=cliente)
    url = reverse("admin:orcamentos_pdf", args=[orcamento.pk])
    assert url in vendas.get(mudar(orcamento)).content.decode()
    assert vendas.get(url).content.startswith(b"%PDF-")


def test_another_empresas_quote_does_not_exist(vendas: Client, outra_empresa: Empresa) -> None:
    with escopo(outra_empresa):
        alheio = EnviadoFactory(empresa=outra_empresa)
    assert alheio.cliente.nome not in vendas.get(LISTA).content.decode()
    assert vendas.get(reverse("admin:orcamentos_pdf", args=[alheio.pk])).status_code == 404
    vendas.post(acao(alheio, "aprovar"), {"versao": alheio.versao})
    with escopo(outra_empresa):
        alheio.refresh_from_db()
        assert alheio.status == Status.ENVIADO


@pytest.mark.parametrize(("modelo", "campo"), [("orcamento", "cliente"), ("itemorcamento", "produto")])
def test_customer_and_product_are_found_while_typing(
    vendas: Client, empresa: Empresa, cliente, modelo: str, campo: str
) -> None:
    with escopo(empresa):
        produto = ProdutoFactory(empresa=empresa, nome="Oficina de pistão")
    pedido = {"app_label": "orcamentos", "model_name": modelo, "field_name": campo, "term": "oficina"}
    achados = vendas.get(reverse("admin:autocomplete"), pedido).json()["results"]
    alvo = {"cliente": cliente, "produto": produto}[campo]
    assert [um["id"] for um in achados] == [str(alvo.pk)]


@pytest.mark.parametrize("campo", ["cliente", "itens-0-produto"])
def test_a_choice_that_cannot_be_one_is_refused_in_the_form(
    vendas: Client, empresa: Empresa, cliente, campo: str
) -> None:
    resposta = vendas.post(NOVO, formulario(cliente, {"descricao": "x"}) | {campo: "abc"})
    assert resposta.status_code == 200
    assert "Faça uma escolha válida" in resposta.content.decode()
    with escopo(empresa):
        assert not Orcamento.objects.exists()


def test_a_chosen_product_brings_its_list_price(
    vendas: Client, empresa: Empresa, outra_empresa: Empresa
) -> None:
    with escopo(empresa):
        produto = ProdutoFactory(empresa=empresa, preco_venda="1234.50")
        sem_preco = ProdutoFactory(empresa=empresa, preco_venda=None)
    with escopo(outra_empresa):
        alheio = ProdutoFactory(empresa=outra_empresa, preco_venda="9.99")
    enderecos = [reverse("admin:orcamentos_preco", args=[p.pk]) for p in (produto, sem_preco, alheio)]
    respostas = [vendas.get(endereco) for endereco in enderecos]
    assert [r.json() for r in respostas[:2]] == [{"preco": "1234,50"}, {"preco": ""}]
    assert respostas[2].status_code == 404


def test_a_quote_and_its_customer_lead_to_each_other(vendas: Client, empresa: Empresa, cliente) -> None:
    with escopo(empresa):
        orcamento = OrcamentoFactory(empresa=empresa, cliente=cliente)
        OrcamentoFactory(empresa=empresa, cliente=ClienteFactory(empresa=empresa))
    do_cliente = reverse("admin:clientes_cliente_change", args=[cliente.pk])
    assert do_cliente in vendas.get(mudar(orcamento)).content.decode()
    pagina = vendas.get(do_cliente).content.decode()
    assert f"{LISTA}?cliente__id__exact={cliente.pk}" in pagina
    assert f"{NOVO}?cliente={cliente.pk}" in pagina
    # Sales do not collect: what the perfil may not open is not offered.
    assert "/admin/cobranca/" not in pagina
    lista = vendas.get(LISTA, {"cliente__id__exact": cliente.pk}).content.decode()
    assert lista.count("/change/?_changelist_filters") == 1


def test_the_history_of_a_quote_is_the_trail(vendas: Client, empresa: Empresa, cliente) -> None:
    with escopo(empresa):
        orcamento = EnviadoFactory(empresa=empresa, cliente=cliente)
    pagina = vendas.get(reverse("admin:orcamentos_orcamento_history", args=[orcamento.pk])).content.decode()
    assert "Orçamento enviado: rascunho → enviado" in pagina


@pytest.mark.parametrize("sem", ["data", "validade"])
def test_a_refused_change_without_a_date_shows_the_form_again(
    vendas: Client, empresa: Empresa, cliente, sem: str
) -> None:
    with escopo(empresa):
        orcamento = OrcamentoFactory(empresa=empresa, cliente=cliente)
    resposta = vendas.post(mudar(orcamento), formulario(cliente, {"quantidade": "x"}, **{sem: ""}))
    assert resposta.status_code == 200
    assert orcamento.budget_number in resposta.content.decode()
    guardado = Orcamento.objects.get(pk=orcamento.pk)
    assert (guardado.data, guardado.validade) == (orcamento.data, orcamento.validade)


def test_a_spreadsheet_is_previewed_confirmed_and_imported(
    vendas: Client,
    empresa: Empresa,
    cliente,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks,
) -> None:
    mandadas: list[tuple[int, int]] = []
    monkeypatch.setattr(importar, "delay", lambda *ids: mandadas.append(ids))
    endereco = reverse("admin:orcamentos_importar")
    titulos, c = "cliente;descricao;quantidade;preco_unitario;budget_number;data", cliente.codigo_cliente
    planilha = f"{titulos}\n{c};Pistão;2;1.234,50;ORC-2025-0007;10/03/2025\n{c};Biela;0;1;;\n"
    arquivo = SimpleUploadedFile("o.csv", planilha.encode())
    html = vendas.post(endereco, {"arquivo": arquivo}).content.decode()
    assert "2 linhas conferidas, 1 prontas, 1 com erro" in html
    assert "O valor mínimo é 0,001." in html
    with escopo(empresa):
        assert not Orcamento.objects.exists()
        importacao = ImportacaoDeOrcamentos.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        vendas.post(reverse("admin:orcamentos_importar_confirmar", args=[importacao.pk]))
    assert mandadas == [(empresa.pk, importacao.pk)]
    importar(*mandadas[0])
    with escopo(empresa):
        assert list(Orcamento.objects.values_list("budget_number", "total")) == [
            ("ORC-2025-0007", Decimal("2469.00"))
        ]
    pagina = reverse("admin:orcamentos_importacaodeorcamentos_change", args=[importacao.pk])
    assert "Concluída" in vendas.get(pagina).content.decode()
    baixar = reverse("admin:orcamentos_importacaodeorcamentos_baixar_erros", args=[importacao.pk])
    erros = b"".join(vendas.get(baixar))
    assert "3;quantidade;valor_invalido;" in erros.decode()


def test_who_may_not_add_quotes_imports_none(empresa: Empresa) -> None:
    navegador = entrar(empresa, "estoque")
    arquivo = SimpleUploadedFile("o.csv", b"cliente;quantidade;preco_unitario\n1;1;1\n")
    assert navegador.post(reverse("admin:orcamentos_importar"), {"arquivo": arquivo}).status_code == 403
    with escopo(empresa):
        assert not ImportacaoDeOrcamentos.objects.exists()
