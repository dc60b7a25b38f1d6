"""Another empresa's ids through every address of the API and every page of the office.

The attacker works in `alfa` with every permission there is; `beta` has one row of every model, marked.
No answer may carry the mark or succeed on beta's ids, and beta is unchanged to the last column.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from config.tests.linhas import CODIGO, MARCA, Linhas, modelos_da_empresa, retrato
from nucleo.models import Empresa

pytestmark = pytest.mark.django_db
# Routes that answer about the caller alone, whatever is sent.
DA_PROPRIA_SESSAO = {"api/v1/sessao/sair/", "api/v1/sessao/entrar/"}
METODOS = ("get", "post", "put", "patch", "delete")


def rotas(prefixo: str) -> list[str]:
    return sorted({rota for rota in _andar(get_resolver().url_patterns, "") if rota.startswith(prefixo)})


def _andar(padroes: list[Any], antes: str) -> Iterator[str]:
    for padrao in padroes:
        rota = antes + str(padrao.pattern)
        if isinstance(padrao, URLResolver):
            yield from _andar(padrao.url_patterns, rota)
        elif isinstance(padrao, URLPattern):
            yield rota


def naturais(linhas: Linhas) -> list[str]:
    """What names a row of beta from outside: its ids and its codes."""
    codigos = {CODIGO}
    for modelo, linha in linhas.items():
        codigos.add(str(linha.pk))
        for campo in ("codigo_cliente", "budget_number", "external_billing_id", "cod_produto"):
            if hasattr(modelo, campo):
                codigos.add(str(getattr(linha, campo)))
    return sorted(codigos)


def enderecos(rota: str, valores: list[str]) -> list[str]:
    """The route with each value in the place of its parameter, or the route itself."""
    if "<" not in rota:
        return [f"/{rota}"]
    so_inteiros = re.search(r"<(int|id):", rota) is not None
    serve = [v for v in valores if v.isdigit() or not so_inteiros]
    return ["/" + re.sub(r"<[^>]+>", v, rota) for v in serve]


def conferir(resposta: Any, onde: str) -> None:
    assert resposta.status_code < 500, f"{onde}: {resposta.status_code}"
    corpo = b"".join(resposta.streaming_content) if resposta.streaming else resposta.content
    assert MARCA.encode() not in corpo, f"{onde}: mostra a outra empresa"


def test_every_tenant_model_has_a_row_to_attack(linhas: Linhas) -> None:
    assert set(linhas) == set(modelos_da_empresa())
    assert all(linha.pk is not None for linha in linhas.values())


def test_no_route_of_the_api_answers_about_another_empresas_ids(
    atacante: Client, linhas: Linhas, outra_empresa: Empresa
) -> None:
    antes = retrato(outra_empresa)
    com_id = [rota for rota in rotas("api/v1/") if "<" in rota]
    assert len(com_id) > 10
    for rota in com_id:
        for endereco in enderecos(rota, naturais(linhas)):
            for metodo in METODOS:
                corpo = {"versao": 1, "quantidade": "1", "decisao": "desistir", "motivo": "x", "nome": "x"}
                argumentos: Any = {} if metodo == "get" else {"data": corpo}
                resposta = getattr(atacante, metodo)(endereco, content_type="application/json", **argumentos)
                onde = f"{metodo} {endereco}"
                assert resposta.status_code in {400, 404, 405}, f"{onde}: {resposta.status_code}"
                assert MARCA not in resposta.content.decode(), onde
    assert retrato(outra_empresa) == antes


def test_no_list_of_the_api_shows_another_empresas_rows_whatever_the_filter(
    atacante: Client, linhas: Linhas
) -> None:
    perguntas = [""]
    nomes = ["busca", "cliente", "codigo_cliente", "cpf_cnpj", "municipio_ibge", "status", "budget_number",
             "ciclo", "cod_produto", "num_pedido", "empresa", "ordering", "ordem", "dias"]  # fmt: skip
    for valor in {MARCA[:7], CODIGO, str(linhas[_modelo("clientes.Cliente")].pk)}:
        perguntas += [f"?{nome}={valor}" for nome in nomes]
    perguntas += ["?ordering=empresa__nome", "?ordering=-cliente__empresa__slug", "?cursor=lixo"]
    for rota in rotas("api/v1/"):
        if "<" in rota:
            continue
        for pergunta in perguntas:
            resposta = atacante.get(f"/{rota}{pergunta}")
            assert resposta.status_code < 500, f"{rota}{pergunta}"
            corpo = resposta.content.decode()
            if resposta.status_code == 200:
                assert MARCA not in corpo, f"{rota}{pergunta}"


def _modelo(nome: str) -> type[models.Model]:
    return next(m for m in modelos_da_empresa() if m._meta.label == nome)


def test_ids_of_another_empresa_in_bodies_are_refused_and_change_nothing(
    atacante: Client, linhas: Linhas, outra_empresa: Empresa
) -> None:
    antes = retrato(outra_empresa)

    def pk(nome: str) -> int:
        return linhas[_modelo(nome)].pk

    linha = {"descricao": "x", "cod_produto": CODIGO, "quantidade": "1", "preco_unitario": "1.00"}
    corpos = [
        ("orcamentos/", {"cliente": pk("clientes.Cliente"), "itens": [linha | {"cod_produto": None}]}),
        ("orcamentos/", {"cliente": pk("clientes.Cliente"), "itens": [linha]}),
        ("estoque/movimentacoes/", {"cod_produto": CODIGO, "tipo": "entrada", "quantidade": "1"}),
        ("estoque/carteira/", {"num_pedido": "1", "cod_produto": CODIGO, "quantidade": "1",
                               "data_entrega": "2027-01-01"}),
        ("estoque/pre-separacoes/", {"carteira": pk("estoque.CarteiraPrincipal"), "quantidade": "1",
                                     "data": "2027-01-01"}),
        ("estoque/separacoes/", {"carteira": pk("estoque.CarteiraPrincipal"), "quantidade": "1",
                                 "data_expedicao": "2027-01-01"}),
        ("estoque/separacoes/", {"pre_separacao": pk("estoque.PreSeparacaoItem"), "quantidade": "1",
                                 "data_expedicao": "2027-01-01"}),
        ("estoque/producao/", {"cod_produto": CODIGO, "quantidade": "1", "data": "2027-01-01"}),
        ("cobranca/ciclos/", {"external_billing_id": "1", "nome": "x", "telefone": "11987654321",
                              "valor": "1.00",
                              "vencimento": "2027-01-01", "regua": pk("cobranca.Regua")}),
        ("sessao/contexto/", {"perfil": pk("nucleo.Perfil")}),
    ]  # fmt: skip
    for rota, corpo in corpos:
        corpo["empresa"] = outra_empresa.pk
        corpo["empresa_id"] = outra_empresa.pk
        resposta = atacante.post(f"/api/v1/{rota}", data=corpo, content_type="application/json")
        assert resposta.status_code in {400, 404, 409}, (
            f"{rota} {corpo}: {resposta.status_code} {resposta.content!r}"
        )
    assert retrato(outra_empresa) == antes


def test_a_body_that_names_another_empresa_still_writes_into_ones_own(
    atacante: Client, empresa: Empresa, outra_empresa: Empresa, linhas: Linhas
) -> None:
    corpo = {"nome": "Cliente meu", "municipio_ibge": 4106902, "empresa": outra_empresa.pk,
             "empresa_id": outra_empresa.pk}  # fmt: skip
    atacante.post("/api/v1/clientes/", data=corpo, content_type="application/json")
    assert not _modelo("clientes.Cliente").objects.filter(empresa=outra_empresa, nome="Cliente meu").exists()


def test_no_page_of_the_office_shows_or_changes_another_empresas_rows(
    atacante: Client, linhas: Linhas, outra_empresa: Empresa
) -> None:
    antes = retrato(outra_empresa)
    atacados = 0
    for modelo, pagina in admin.site._registry.items():
        base = f"/admin/{modelo._meta.app_label}/{modelo._meta.model_name}/"
        for pergunta in _perguntas(modelo, linhas):
            conferir(atacante.get(base + pergunta), base + pergunta)
        if modelo not in linhas:
            continue
        atacados += 1
        pk = linhas[modelo].pk
        for rota in _com_objeto(pagina):
            endereco = base + re.sub(r"<[^>]+>", str(pk), rota)
            for resposta in (atacante.get(endereco), atacante.post(endereco, {"post": "yes"})):
                assert resposta.status_code in {302, 403, 404, 405}, f"{endereco}: {resposta.status_code}"
                conferir(resposta, endereco)
        for acao in _acoes(pagina):
            dados = {"action": acao, "_selected_action": [str(pk)], "post": "yes", "index": "0"}
            conferir(atacante.post(base, dados), f"{base} {acao}")
    assert atacados > 10
    assert retrato(outra_empresa) == antes


def _com_objeto(pagina: Any) -> list[str]:
    return [str(u.pattern) for u in pagina.get_urls() if isinstance(u, URLPattern) and "<" in str(u.pattern)]


def _acoes(pagina: Any) -> list[str]:
    return ["delete_selected", *[a if isinstance(a, str) else a.__name__ for a in pagina.actions or ()]]


def _perguntas(modelo: type[models.Model], linhas: Linhas) -> list[str]:
    """The list, its search, filters by beta's ids, orderings, pop-ups; the add form with its choices."""
    fixas = ["", f"?q={MARCA[:7]}", "?o=1", "?o=-2", "?_popup=1&_to_field=id", "?all=", "?e=1", "add/"]
    filtros = [
        f"?{campo.name}__id__exact={linhas[campo.related_model].pk}"
        for campo in modelo._meta.local_fields
        if isinstance(campo, models.ForeignKey) and campo.related_model in linhas
    ]
    return fixas + filtros


def test_no_autocomplete_offers_another_empresas_rows(atacante: Client, linhas: Linhas) -> None:
    for modelo in admin.site._registry:
        for campo in modelo._meta.local_fields:
            if isinstance(campo, models.ForeignKey):
                endereco = (
                    f"/admin/autocomplete/?app_label={modelo._meta.app_label}"
                    f"&model_name={modelo._meta.model_name}&field_name={campo.name}&term="
                )
                for termo in ("", MARCA[:7]):
                    conferir(atacante.get(endereco + termo), endereco + termo)


def test_other_pages_of_the_office_show_nothing_of_another_empresa(atacante: Client, linhas: Linhas) -> None:
    """Imports, exports, reports, dashboards: whatever is under /admin/ and needs no id."""
    for rota in rotas("admin/"):
        if "<" in rota or "(" in rota or rota == "admin/logout/":
            continue
        conferir(atacante.get(f"/{rota}"), f"/{rota}")


def test_raw_sql_of_a_request_sees_only_its_own_empresa(
    empresa: Empresa, linhas: Linhas, outra_empresa: Empresa
) -> None:
    from nucleo.escopo import escopo

    with escopo(empresa), connection.cursor() as cursor:
        for modelo in modelos_da_empresa():
            tabela = modelo._meta.db_table
            cursor.execute("SELECT has_table_privilege(current_user, %s, 'SELECT')", [tabela])
            if cursor.fetchone()[0]:
                cursor.execute(f"SELECT count(*) FROM {tabela} WHERE empresa_id = {outra_empresa.pk}")
                assert cursor.fetchone()[0] == 0, tabela
