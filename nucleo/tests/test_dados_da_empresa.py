"""The page of one's own company: what stands on the printed quote."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from nucleo.errors import ErroDeValidacao
from nucleo.logotipo import TAMANHO_MAXIMO, logotipo_conferido
from nucleo.models import Empresa, RegistroAuditoria
from nucleo.pix import qr_png
from nucleo.services.empresas import empresa_atualizar, usuario_criar

pytestmark = pytest.mark.django_db
PNG = qr_png("logotipo")
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><rect width='9' height='9'/></svg>"


@pytest.fixture
def gerente(empresa: Empresa) -> Client:
    pessoa = usuario_criar(empresa=empresa, login="gerente-1", perfil="gerente", senha="senha-de-teste-1")
    navegador = Client()
    navegador.force_login(pessoa)
    return navegador


def salvar(navegador: Client, empresa: Empresa, **mudancas: object) -> str:
    """Post the page's own form with these changes; return what is shown then."""
    endereco = f"/admin/nucleo/empresa/{empresa.pk}/change/"
    html = navegador.get(endereco).content.decode()
    marca = re.search(r'name="_contexto" value="([^"]+)"', html)
    dados = {campo: getattr(empresa, campo) for campo in ("nome", "razao_social", "fuso", "cor", "uf")}
    resposta = navegador.post(endereco, dados | {"_contexto": marca[1]} | mudancas, follow=True)
    assert resposta.status_code == 200
    empresa.refresh_from_db()
    return resposta.content.decode()


@pytest.mark.parametrize("conteudo", [PNG, SVG])
def test_a_logo_is_uploaded_and_taken_off_again(gerente: Client, empresa: Empresa, conteudo: bytes) -> None:
    salvar(gerente, empresa, logotipo=SimpleUploadedFile("logo.png", conteudo))
    assert bytes(empresa.logo) == conteudo
    salvar(gerente, empresa, cidade="Formiga")
    assert bytes(empresa.logo) == conteudo
    salvar(gerente, empresa, sem_logotipo="on")
    assert empresa.logo is None
    assert RegistroAuditoria.objects.filter(acao="empresa_alterada").count() == 3


@pytest.mark.parametrize(
    ("conteudo", "motivo"),
    [
        (b"GIF89a", "PNG, JPEG ou SVG"),
        (PNG[:40], "corrompida"),
        (b"<svg", "corrompida"),
        (PNG + b"0" * TAMANHO_MAXIMO, "passa de 512 KB"),
    ],
)
def test_what_the_print_could_not_show_is_refused(
    gerente: Client, empresa: Empresa, conteudo: bytes, motivo: str
) -> None:
    assert motivo in salvar(gerente, empresa, logotipo=SimpleUploadedFile("logo.png", conteudo))
    assert empresa.logo is None
    with pytest.raises(ErroDeValidacao, match=motivo):
        logotipo_conferido(conteudo)


def test_document_phone_and_pix_key_are_kept_normalised(gerente: Client, empresa: Empresa) -> None:
    salvar(
        gerente,
        empresa,
        cnpj="12.ABC.345/01DE-35",
        telefone="(37) 3322-1144",
        chave_pix="12.abc.345/01de-35",
    )
    assert (empresa.cnpj, empresa.telefone, empresa.chave_pix) == (
        "12ABC34501DE35",
        "+553733221144",
        "12ABC34501DE35",
    )
    # Shown with punctuation, and left alone it stays what it is.
    salvar(gerente, empresa, cnpj="12.ABC.345/01DE-35", telefone="(37) 3322-1144", chave_pix="12ABC34501DE35")
    assert (empresa.cnpj, empresa.telefone) == ("12ABC34501DE35", "+553733221144")


@pytest.mark.parametrize(
    ("campo", "valor", "motivo"),
    [
        ("cnpj", "12.ABC.345/01DE-36", "dígitos verificadores"),
        ("telefone", "3322-1144", "Falta o DDD"),
        ("chave_pix", "abc", "Chave Pix inválida"),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field(
    gerente: Client, empresa: Empresa, campo: str, valor: str, motivo: str
) -> None:
    assert motivo in salvar(gerente, empresa, **{campo: valor})
    assert getattr(empresa, campo) == ""
    with pytest.raises(ErroDeValidacao, match=motivo) as erro:
        empresa_atualizar(empresa=empresa, ator=None, **{campo: valor})
    assert erro.value.field == campo
