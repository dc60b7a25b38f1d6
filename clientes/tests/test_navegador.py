"""Importing customers as a person does it: choose a file, look at the preview."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from clientes.services import municipios_carregar
from nucleo.models import Empresa
from nucleo.services.empresas import usuario_criar

if TYPE_CHECKING:
    from config.tests.navegador import Navegador

pytestmark = [pytest.mark.navegador, pytest.mark.django_db(transaction=True)]
SENHA = "senha-de-teste-1"


def test_a_chosen_file_is_named_and_its_preview_says_what_would_be_refused(
    empresa: Empresa, navegador: "Navegador", tmp_path: Path
) -> None:
    municipios_carregar()
    usuario_criar(empresa=empresa, login="maria", perfil="vendas", senha=SENHA)
    caminho = tmp_path / "novos.csv"
    caminho.write_text("nome;municipio;uf\nOficina Nova;Curitiba;PR\nRuim;Lugar Nenhum;PR\n")
    navegador.entrar("maria", SENHA)
    navegador.abrir("/admin/clientes/cliente/importar/")
    pagina = navegador.pagina
    pagina.set_input_files("input[type=file]", caminho)
    with pagina.expect_navigation():
        pagina.click("form:has(input[type=file]) [type=submit]")
    texto = pagina.text_content("body") or ""
    assert "novos.csv: 2 linhas conferidas, 1 prontas, 1 com erro" in texto
    assert "Não há município chamado Lugar Nenhum em PR." in texto
    navegador.conferir()
