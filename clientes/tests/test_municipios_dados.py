"""The data file itself; what the application makes of it is tested elsewhere."""

import csv
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

ARQUIVO = Path(__file__).resolve().parent.parent / "dados" / "municipios.csv"

# IBGE's own codes that break IBGE's own rule; they were given before it was checked.
EXCECOES_DO_DIGITO = {
    "2201919",
    "2202251",
    "2201988",
    "2611533",
    "3117836",
    "3152131",
    "4305871",
    "5203939",
    "5203962",
}
PREFIXO_DA_UF = {
    "11": "RO",
    "12": "AC",
    "13": "AM",
    "14": "RR",
    "15": "PA",
    "16": "AP",
    "17": "TO",
    "21": "MA",
    "22": "PI",
    "23": "CE",
    "24": "RN",
    "25": "PB",
    "26": "PE",
    "27": "AL",
    "28": "SE",
    "29": "BA",
    "31": "MG",
    "32": "ES",
    "33": "RJ",
    "35": "SP",
    "41": "PR",
    "42": "SC",
    "43": "RS",
    "50": "MS",
    "51": "MT",
    "52": "GO",
    "53": "DF",
}


@cache
def municipios() -> tuple[tuple[str, str, str], ...]:
    with ARQUIVO.open(encoding="utf-8", newline="") as arquivo:
        titulos, *linhas = csv.reader(arquivo, delimiter=";")
    assert titulos == ["codigo", "nome", "uf"]
    return tuple((codigo, nome, uf) for codigo, nome, uf in linhas)


def digito(codigo: str) -> int:
    produtos = (int(algarismo) * peso for algarismo, peso in zip(codigo[:6], (1, 2, 1, 2, 1, 2), strict=True))
    return -sum(produto // 10 + produto % 10 for produto in produtos) % 10


def test_sao_5571_codigos_distintos_em_ordem() -> None:
    codigos = [codigo for codigo, _, _ in municipios()]
    assert len(codigos) == 5571
    assert codigos == sorted(set(codigos))
    assert all(len(codigo) == 7 and codigo.isdigit() for codigo in codigos)


def test_o_digito_verificador_so_falha_nas_nove_excecoes_historicas() -> None:
    assert {codigo for codigo, _, _ in municipios() if digito(codigo) != int(codigo[6])} == EXCECOES_DO_DIGITO


def test_o_prefixo_do_codigo_e_o_da_uf() -> None:
    assert all(PREFIXO_DA_UF[codigo[:2]] == uf for codigo, _, uf in municipios())
    assert {uf for _, _, uf in municipios()} == set(PREFIXO_DA_UF.values())


def test_bom_jesus_existe_em_cinco_estados() -> None:
    assert {uf for _, nome, uf in municipios() if nome == "Bom Jesus"} == {"PB", "PI", "RN", "RS", "SC"}


def test_nome_sem_acento_e_uf_identificam_um_municipio() -> None:
    chaves = Counter(
        (unicodedata.normalize("NFKD", nome).encode("ascii", "ignore").lower(), uf)
        for _, nome, uf in municipios()
    )
    assert [chave for chave, vezes in chaves.items() if vezes > 1] == []


def test_os_nomes_tem_acentos_e_nenhum_lixo() -> None:
    nomes = [nome for _, nome, _ in municipios()]
    assert sum(not nome.isascii() for nome in nomes) == 2386
    assert all(nome == unicodedata.normalize("NFC", nome) == " ".join(nome.split()) for nome in nomes)
    assert all(letra.isalpha() or letra in " '-" for nome in nomes for letra in nome)


def test_as_duas_correcoes_feitas_sobre_a_fonte() -> None:
    por_codigo = {codigo: (nome, uf) for codigo, nome, uf in municipios()}
    assert por_codigo["5107800"] == ("Santo Antônio de Leverger", "MT")
    assert por_codigo["5101837"] == ("Boa Esperança do Norte", "MT")


def test_capitais_conhecidas() -> None:
    por_codigo = {codigo: (nome, uf) for codigo, nome, uf in municipios()}
    assert por_codigo["3550308"] == ("São Paulo", "SP")
    assert por_codigo["5300108"] == ("Brasília", "DF")
    assert por_codigo["1302603"] == ("Manaus", "AM")
