from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nucleo.importacao import Progresso, chave_do_arquivo, conferir_em_blocos, importar_em_blocos
from nucleo.planilhas import ErroDeLinha, Linha


class Morto(BaseException):
    """The process ends here."""


class Banco:
    """What a database does: rows and position become visible together, or neither."""

    def __init__(self) -> None:
        self.gravadas: list[int] = []
        self.posicao = Progresso()
        self.erros: list[ErroDeLinha] = []
        self.blocos: list[int] = []
        self._rascunho: list[int] = []
        self._posicao = Progresso()

    @contextmanager
    def transacao(self) -> Iterator[None]:
        self._rascunho, self._posicao = [], self.posicao
        yield
        self.gravadas += self._rascunho
        self.posicao = self._posicao
        self.blocos.append(len(self._rascunho))

    def gravar(self, linhas: Sequence[Linha]) -> list[ErroDeLinha]:
        boas = [linha for linha in linhas if linha.valores["nome"]]
        self._rascunho += [linha.numero for linha in boas]
        return [ErroDeLinha(x.numero, "nome", "campo_obrigatorio", "vazio") for x in linhas if x not in boas]

    def gravar_posicao(self, progresso: Progresso) -> None:
        self._posicao = progresso

    def importar(
        self, linhas: Sequence[Linha], *, morrer_no: int | None = None, tamanho: int = 100
    ) -> Progresso:
        """Resume as a caller does: drop error lines behind the position, then go on from it."""
        self.erros = [erro for erro in self.erros if erro.linha <= self.posicao.ate_linha]
        feitos = 0

        def registrar(erros: Sequence[ErroDeLinha]) -> None:
            nonlocal feitos
            self.erros.extend(erros)
            feitos += 1
            if feitos == morrer_no:
                raise Morto

        return importar_em_blocos(
            linhas,
            gravar=self.gravar,
            transacao=self.transacao,
            gravar_posicao=self.gravar_posicao,
            registrar_erros=registrar,
            desde=self.posicao,
            tamanho=tamanho,
        )


def linhas(total: int, *, ruins: Sequence[int] = (), ilegiveis: Sequence[int] = ()) -> list[Linha]:
    return [
        Linha(
            numero,
            {"nome": "" if numero in ruins else "x"},
            (ErroDeLinha(numero, "nome", "celula_com_erro", "#N/A"),) if numero in ilegiveis else (),
        )
        for numero in range(2, total + 2)
    ]


def test_blocos_de_cem_com_erros_por_linha() -> None:
    banco = Banco()
    final = banco.importar(linhas(250, ruins=[5, 150], ilegiveis=[7]))
    assert final == banco.posicao == Progresso(ate_linha=251, lidas=250, gravadas=247, com_erro=3)
    assert banco.blocos == [98, 99, 50]
    assert [(erro.linha, erro.codigo) for erro in banco.erros] == [
        (5, "campo_obrigatorio"),
        (7, "celula_com_erro"),
        (150, "campo_obrigatorio"),
    ]


def test_progresso_e_dito_depois_de_cada_commit() -> None:
    banco, ditos = Banco(), list[tuple[Progresso, int]]()
    importar_em_blocos(
        linhas(150),
        gravar=banco.gravar,
        transacao=banco.transacao,
        gravar_posicao=banco.gravar_posicao,
        registrar_erros=banco.erros.extend,
        ao_progredir=lambda progresso: ditos.append((progresso, len(banco.gravadas))),
    )
    assert [(p.ate_linha, p.lidas, gravadas) for p, gravadas in ditos] == [(101, 100, 100), (151, 150, 150)]


def test_o_que_gravar_levanta_nao_e_engolido_e_o_bloco_nao_fica() -> None:
    banco = Banco()

    def gravar(bloco: Sequence[Linha]) -> list[ErroDeLinha]:
        if bloco[0].numero > 100:
            raise RuntimeError("disco cheio")
        return banco.gravar(bloco)

    with pytest.raises(RuntimeError, match="disco cheio"):
        importar_em_blocos(
            linhas(250),
            gravar=gravar,
            transacao=banco.transacao,
            gravar_posicao=banco.gravar_posicao,
            registrar_erros=banco.erros.extend,
        )
    assert (len(banco.gravadas), banco.posicao.ate_linha) == (100, 101)


def test_arquivo_sem_linhas() -> None:
    banco = Banco()
    assert banco.importar([]) == Progresso()
    assert banco.blocos == []


@given(
    st.integers(0, 60),
    st.sets(st.integers(2, 61), max_size=20),
    st.sets(st.integers(2, 61), max_size=10),
    st.lists(st.integers(1, 4), max_size=5),
    st.integers(1, 12),
)
def test_morto_onde_for_nada_se_perde_nem_se_repete(
    total: int, ruins: set[int], ilegiveis: set[int], mortes: list[int], tamanho: int
) -> None:
    arquivo = linhas(total, ruins=sorted(ruins), ilegiveis=sorted(ilegiveis))
    interrompido, direto = Banco(), Banco()
    for morte in mortes:
        try:
            interrompido.importar(arquivo, morrer_no=morte, tamanho=tamanho)
        except Morto:
            continue
    assert interrompido.importar(arquivo, tamanho=tamanho) == direto.importar(arquivo, tamanho=tamanho)
    assert interrompido.gravadas == direto.gravadas
    assert interrompido.erros == direto.erros


def test_previa_confere_tudo_e_nao_grava() -> None:
    def conferir(bloco: Sequence[Linha]) -> list[ErroDeLinha]:
        return [ErroDeLinha(x.numero, "nome", "x", "y") for x in bloco if not x.valores["nome"]]

    progresso, erros = conferir_em_blocos(linhas(250, ruins=[5], ilegiveis=[200]), conferir=conferir)
    assert progresso == Progresso(ate_linha=251, lidas=250, gravadas=248, com_erro=2)
    assert [erro.linha for erro in erros] == [5, 200]


def test_a_chave_e_do_conteudo_nao_do_nome(tmp_path: Path) -> None:
    um, outro, corrigido = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.csv"
    um.write_text("nome\nAna\n")
    outro.write_text("nome\nAna\n")
    corrigido.write_text("nome\nBia\n")
    assert chave_do_arquivo(um) == chave_do_arquivo(outro) != chave_do_arquivo(corrigido)
    assert len(chave_do_arquivo(um)) == 64
