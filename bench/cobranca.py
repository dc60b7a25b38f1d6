"""Dispatch beside a bare loop of the same three steps, beside rivals, and under a long queue."""

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import psycopg2

from bench.contexto import RAIZ, Contexto
from bench.quadro import Linha, ao_menos, no_maximo, por_rodada

RODADAS = 5
FILA = ("cobranca_contato", "cobranca_ciclo", "cobranca_mensagem", "cobranca_tentativa")


def medir(ctx: Contexto) -> list[Linha]:
    """Every claim of billing, in one run on one database."""
    with _simulador() as url:
        return [*_despacho(ctx, url), *_dois_remetentes(ctx, url), *_fila_longa(ctx, url), *_lote(ctx)]


@contextmanager
def _simulador() -> Iterator[str]:
    import socket

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        porta = s.getsockname()[1]
    with TemporaryDirectory() as pasta:
        comando = [sys.executable, "-m", "cobranca.simulador", "--port", str(porta), "--dados", pasta]
        processo = subprocess.Popen(comando, cwd=RAIZ)
        url = f"http://127.0.0.1:{porta}"
        try:
            for _ in range(100):
                try:
                    httpx.post(f"{url}/_simulador/config", json={"eventos": False})
                    break
                except httpx.HTTPError:
                    time.sleep(0.05)
            yield url
        finally:
            processo.kill()
            processo.wait()


def _empresa(slug: str) -> Any:
    from nucleo.services.empresas import empresa_criar

    return empresa_criar(slug=slug, nome=slug)


def _encher(empresa: Any, quantos: int, *, vencimento: date, inicio: int = 0) -> None:
    from cobranca.services import ciclos_criar_lote
    from nucleo.ator import SISTEMA
    from nucleo.escopo import escopo

    with escopo(empresa):
        for de in range(inicio, inicio + quantos, 1000):
            ate = min(de + 1000, inicio + quantos)
            itens = [_item(n, vencimento) for n in range(de, ate)]
            lote = ciclos_criar_lote(empresa=empresa, ator=SISTEMA, itens=itens)
            assert lote.total("criado") == len(itens), lote.resultados[0]


def _analisar(*tabelas: str) -> None:
    """Give the planner its statistics, as autovacuum does within a minute; the rivals get theirs too."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tabelas or FILA)}")


def _item(n: int, vencimento: date) -> dict[str, Any]:
    return {
        "external_billing_id": f"B-{n:07d}",
        "nome": f"Cliente {n}",
        "telefone": f"119{80_000_000 + n}",
        "valor": "150.00",
        "vencimento": vencimento.isoformat(),
    }


def _remetente(empresa: Any, url: str, nome: str) -> Any:
    from cobranca.services.instancias import instancia_criar
    from nucleo.ator import SISTEMA
    from nucleo.escopo import escopo

    with escopo(empresa):
        return instancia_criar(
            empresa=empresa, ator=SISTEMA, nome=nome, url=url, chave="chave", por_minuto=0
        )[0]


def _enviar_tudo(empresa: Any, instancia: Any, limite: int) -> int:
    from cobranca.services.despacho import rodada_da_instancia
    from nucleo.escopo import escopo

    total = 0
    with escopo(empresa):
        while total < limite:
            feitas = rodada_da_instancia(empresa=empresa, instancia=instancia, prazo_s=600).enviadas
            total += feitas
            if not feitas:
                break
    return total


def _por_segundo(quantos: int, acao: Callable[[], Any]) -> float:
    # What was left of filling the queue is collected here, not by whoever comes first.
    gc.collect()
    inicio = time.perf_counter()
    acao()
    return quantos / (time.perf_counter() - inicio)


# -- one sender --------------------------------------------------------------------------------------------


def _despacho(ctx: Contexto, url: str) -> list[Linha]:
    """Ours, the bare loop and the rivals take turns in pieces, so that noise hits all of them alike."""
    pedaco = ctx.n(2000) // RODADAS
    empresa = _empresa("bench-despacho")
    instancia = _remetente(empresa, url, "um")
    bruto = _LacoBruto(ctx, url)
    nossas, brutas, rivais, correio = [], [], [], []
    for rodada in range(RODADAS):
        _encher(empresa, pedaco, vencimento=_vencida(), inicio=rodada * pedaco)
        _analisar()
        nossas.append(_por_segundo(pedaco, lambda: _enviar_tudo(empresa, instancia, pedaco)))
        bruto.encher(pedaco)
        _analisar("bench_fila")
        brutas.append(_por_segundo(pedaco, bruto.esvaziar))
        rivais.append(_rival(ctx, "procrastinate_fila", url, pedaco))
        correio.append(_rival(ctx, "post_office_fila", url, pedaco))
    nossa, bruta = por_rodada(nossas, brutas)
    procrastinate, post_office = por_rodada(nossas, rivais)[1], por_rodada(nossas, correio)[1]
    return [
        ao_menos(
            "cobrança: envio, um remetente, contra laço bruto", nosso=nossa,
            base=bruta, razao=0.5, unidade="msg/s", linha_de_base="SQL bruto",
        ),
        ao_menos(
            "cobrança: envio, um remetente, contra procrastinate", nosso=nossa, base=procrastinate,
            razao=1.0, unidade="msg/s", linha_de_base="procrastinate",
        ),
        ao_menos(
            "cobrança: envio, um remetente, ao lado do post_office", nosso=nossa, base=post_office,
            razao=0.0, unidade="msg/s", linha_de_base="django-post_office",
            nota=f"uma queda no meio repete até {pedaco} mensagens lá, nenhuma aqui",
        ),
    ]  # fmt: skip


def _vencida() -> date:
    return date.today() - timedelta(days=30)


class _LacoBruto:
    """Claim, call, record in three raw statements on a table of its own; the same HTTP client."""

    def __init__(self, ctx: Contexto, url: str) -> None:
        from cobranca.gateway import Cliente

        self.cliente = Cliente(url=url, instancia="bruto", chave="chave")
        self.conexao = psycopg2.connect(ctx.database_url)
        self.conexao.autocommit = True
        self.cursor = self.conexao.cursor()
        self.cursor.execute(
            "CREATE TABLE bench_fila (id bigserial PRIMARY KEY, numero text, texto text, provedor text,"
            " status text DEFAULT 'pending', em timestamptz DEFAULT now())"
        )
        self.cursor.execute("CREATE INDEX ON bench_fila (em, id) WHERE status = 'pending'")

    def encher(self, quantos: int) -> None:
        self.cursor.execute(
            "INSERT INTO bench_fila (numero, texto) SELECT '55119' || (80000000 + g), 'Olá ' || g"
            " FROM generate_series(1, %s) g",
            [quantos],
        )

    def esvaziar(self) -> None:
        while True:
            self.cursor.execute(
                "UPDATE bench_fila SET status = 'sending' WHERE id = (SELECT id FROM bench_fila"
                " WHERE status = 'pending' AND em <= now() ORDER BY em, id LIMIT 1 FOR UPDATE SKIP LOCKED)"
                " RETURNING id, numero, texto"
            )
            linha = self.cursor.fetchone()
            if linha is None:
                return
            desfecho = self.cliente.enviar_texto(numero=linha[1], texto=linha[2])
            self.cursor.execute(
                "UPDATE bench_fila SET status = 'sent', provedor = %s WHERE id = %s",
                [desfecho.provider_id, linha[0]],
            )


def _rival(ctx: Contexto, nome: str, url: str, quantos: int) -> float:
    """Run a rival in its own environment; it prints messages per second alone on its last line."""
    comando = [ctx.python_dos_rivais(), str(RAIZ / "bench" / "rivais" / f"{nome}.py")]
    comando += [ctx.database_url, url, str(quantos)]
    saida = subprocess.run(comando, check=True, capture_output=True, text=True, cwd=RAIZ / "bench" / "rivais")
    return float(saida.stdout.strip().splitlines()[-1])


# -- two senders -------------------------------------------------------------------------------------------


def _dois_remetentes(ctx: Contexto, url: str) -> list[Linha]:
    """Two dispatcher processes with a sender each, against one."""
    quantos = ctx.n(2000)
    um, dois = [], []
    for rodada in range(RODADAS):
        um.append(_com_processos(ctx, url, f"bench-um-{rodada}", 1, quantos // RODADAS))
        dois.append(_com_processos(ctx, url, f"bench-dois-{rodada}", 2, quantos // RODADAS))
    nosso, base = por_rodada(dois, um)
    return [
        ao_menos(
            "cobrança: dois remetentes contra um", nosso=nosso, base=base, razao=1.35, unidade="msg/s",
            linha_de_base="um remetente",
        )
    ]  # fmt: skip


def _com_processos(ctx: Contexto, url: str, slug: str, processos: int, quantos: int) -> float:
    empresa = _empresa(slug)
    for indice in range(processos):
        _remetente(empresa, url, f"{slug}-{indice}")
    _encher(empresa, quantos, vencimento=_vencida())
    _analisar()
    comando = [sys.executable, "-m", "bench.despachante", slug]
    filhos = [
        subprocess.Popen([*comando, str(i)], cwd=RAIZ, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for i in range(processos)
    ]
    for filho in filhos:
        filho.stdout.readline()
    inicio = time.perf_counter()
    for filho in filhos:
        filho.stdin.write(b"ja\n")
        filho.stdin.flush()
    for filho in filhos:
        filho.wait()
    return quantos / (time.perf_counter() - inicio)


# -- a long queue and an old transaction ---------------------------------------------------------------------


def _fila_longa(ctx: Contexto, url: str) -> list[Linha]:
    """Median claim with 100,000 waiting and an old transaction open, against 1,000 and none."""
    reclamacoes = ctx.n(10_000, 100)
    curta = _latencia(_empresa("bench-curta"), url, esperando=ctx.n(1000), reclamacoes=ctx.n(900, 50))
    longa_empresa = _empresa("bench-longa")
    velha = psycopg2.connect(ctx.database_url)
    velha.set_session(isolation_level="REPEATABLE READ")
    velha.cursor().execute("SELECT count(*) FROM cobranca_mensagem")
    longa = _latencia(longa_empresa, url, esperando=ctx.n(100_000, 1000), reclamacoes=reclamacoes)
    velha.close()
    return [
        no_maximo(
            "cobrança: reclamar com 100.000 esperando e transação velha", nosso=longa, base=curta,
            razao=2.0, unidade="ms", linha_de_base="1.000 esperando, nenhuma velha",
        )
    ]  # fmt: skip


def _latencia(empresa: Any, url: str, *, esperando: int, reclamacoes: int) -> float:
    """Median claim of the last half of so many, each with its share of the reading ahead; no calls."""
    from cobranca.locks.fila import ADIANTE
    from cobranca.services.despacho import POR_RODADA
    from cobranca.services.mesa import mesa_da
    from cobranca.services.reclamacao import mensagem_reclamar
    from nucleo.escopo import escopo

    instancia = _remetente(empresa, url, f"r-{empresa.slug}")
    _encher(empresa, esperando, vencimento=_vencida())
    _analisar()
    tempos: list[float] = []
    with escopo(empresa):
        mesa = mesa_da(empresa=empresa, instancia=instancia)
        for feitas in range(reclamacoes):
            if feitas % POR_RODADA == 0:
                mesa.cursor = None
                mesa.adiante.clear()
            inicio = time.perf_counter()
            mensagem, _ = mensagem_reclamar(mesa)
            tempos.append((time.perf_counter() - inicio) * 1000)
            type(mensagem).objects.filter(pk=mensagem.pk).update(status="failed")
    blocos = [statistics.mean(tempos[i : i + ADIANTE]) for i in range(0, len(tempos), ADIANTE)]
    return statistics.median(blocos[len(blocos) // 2 :])


# -- batch -------------------------------------------------------------------------------------------------


def _lote(ctx: Contexto) -> list[Linha]:
    """A batch of 1000 ciclos with 4 steps against the bare bulk insert of the same rows."""
    quantos = ctx.n(1000)
    nossos, brutos = [], []
    for rodada in range(RODADAS):
        empresa = _empresa(f"bench-lote-{rodada}")
        futuro = date.today() + timedelta(days=30)
        inicio = time.perf_counter()
        _encher(empresa, quantos, vencimento=futuro)
        nossos.append((time.perf_counter() - inicio) * 1000)
        brutos.append(_lote_bruto(ctx, empresa, quantos))
    return [
        no_maximo(
            "cobrança: lote de 1000 ciclos de 4 passos", nosso=statistics.median(nossos),
            base=statistics.median(brutos), razao=3.0, unidade="ms", linha_de_base="inserção em massa bruta",
        )
    ]  # fmt: skip


def _lote_bruto(ctx: Contexto, empresa: Any, quantos: int) -> float:
    """The same rows by psycopg2's own bulk insert, in chunks of 100 with a commit each."""
    from psycopg2.extras import execute_values

    regua = _regua(empresa)
    conexao = psycopg2.connect(ctx.database_url)
    inicio = time.perf_counter()
    for de in range(0, quantos, 100):
        faixa = range(de, min(de + 100, quantos))
        with conexao, conexao.cursor() as cursor:
            contatos = execute_values(
                cursor,
                "INSERT INTO cobranca_contato (empresa_id, nome, telefone, chave_fone, whatsapp,"
                " codigo_cliente, optout_motivo, criado_em, atualizado_em) VALUES %s RETURNING id",
                [(empresa.pk, f"C {n}", f"+5521{90_000_000 + n}", str(n), "", "", "") for n in faixa],
                template="(%s, %s, %s, %s, %s, %s, %s, now(), now())", fetch=True,
            )  # fmt: skip
            ciclos = execute_values(
                cursor,
                "INSERT INTO cobranca_ciclo (empresa_id, external_billing_id, contato_id, regua_id, valor,"
                " vencimento, status, motivo, versao, criado_em) VALUES %s RETURNING id",
                [
                    (empresa.pk, f"X-{n}", contato[0], regua, "150.00")
                    for n, contato in zip(faixa, contatos, strict=True)
                ],
                template="(%s, %s, %s, %s, %s, current_date + 30, 'ativo', '', 1, now())", fetch=True,
            )  # fmt: skip
            execute_values(
                cursor,
                "INSERT INTO cobranca_mensagem (empresa_id, ciclo_id, tipo, passo, status, planejada_para,"
                " agendada_para, tentativas, numero, texto, provider_id, numero_usado, erro, aviso)"
                " VALUES %s",
                [(empresa.pk, c[0], passo) for c in ciclos for passo in (-3, 0, 3, 7)],
                template="(%s, %s, 'lembrete', %s, 'pending', now() + interval '30 days',"
                " now() + interval '30 days', 0, '', '', '', '', '', '')",
                page_size=400,
            )  # fmt: skip
    tempo = (time.perf_counter() - inicio) * 1000
    conexao.close()
    return tempo


def _regua(empresa: Any) -> int:
    from cobranca.models import Regua

    return int(Regua.objects.filter(empresa=empresa, padrao=True).values_list("pk", flat=True)[0])
