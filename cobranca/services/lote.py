"""Many charges at once: each item stands alone, and every chunk is committed by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import IntegrityError, transaction

from cobranca.errors import ciclo_duplicado, lote_muito_grande
from cobranca.models import Ciclo
from cobranca.services.criacao import Base, base_da, ciclos_criar
from cobranca.services.dados import DadosDoCiclo, dados_lidos
from nucleo.ator import Ator
from nucleo.errors import ErroDeNegocio, ErroDeValidacao, restricao_violada
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar

LOTE_MAXIMO: Final = 1000
FATIA: Final = 100


@dataclass
class ResultadoDoItem:
    """What became of one item: `criado`, `duplicado` (in the batch or in the database) or `erro`."""

    indice: int
    external_billing_id: str | None
    status: str = "erro"
    id: int | None = None
    code: str = ""
    detail: str = ""
    field: str | None = None


@dataclass
class ResultadoDoLote:
    resultados: list[ResultadoDoItem] = field(default_factory=list)

    def total(self, status: str) -> int:
        return sum(1 for resultado in self.resultados if resultado.status == status)


@dataclass(frozen=True)
class LoteLido:
    """A batch whose items are read: each has its answer or waits for its block, in the batch's order."""

    base: Base
    resultados: list[ResultadoDoItem]
    # By index of the item: what is still to be created.
    pendentes: dict[int, DadosDoCiclo]


def ciclos_criar_lote(*, empresa: Empresa, ator: Ator, itens: Sequence[Any]) -> ResultadoDoLote:
    """Create up to 1000 ciclos, in chunks of 100 with a transaction each; one bad item costs no other.

    A repeated batch finds its ciclos and creates nothing twice. Raises ErroDeValidacao
    `lote_muito_grande`, `valor_invalido` (no list); everything else is said per item.
    """
    lote = lote_ler(empresa=empresa, itens=itens)
    for inicio in range(0, len(lote.resultados), FATIA):
        lote_criar_bloco(empresa=empresa, ator=ator, lote=lote, inicio=inicio, quantos=FATIA)
    return ResultadoDoLote(lote.resultados)


def lote_ler(*, empresa: Empresa, itens: Any) -> LoteLido:
    """Read every item of a batch; what is bad or repeated inside the batch is answered here.

    Writes nothing. The whole batch is read even where its first blocks are committed already: an item
    repeats what stands before it, in whichever block. Raises as `ciclos_criar_lote`.
    """
    if not isinstance(itens, list | tuple):
        raise ErroDeValidacao("valor_invalido", "Envie uma lista de itens.", field="itens")
    if len(itens) > LOTE_MAXIMO:
        raise lote_muito_grande(LOTE_MAXIMO)
    lote = LoteLido(base_da(empresa), [], {})
    hoje = lote.base.expediente.dia(lote.base.agora)
    vistos: dict[str, int] = {}
    for indice, item in enumerate(itens):
        linha = ResultadoDoItem(indice, _identificador(item))
        lote.resultados.append(linha)
        try:
            dados = dados_lidos(item, hoje=hoje)
        except ErroDeNegocio as exc:
            _recusar(linha, exc)
            continue
        primeiro = vistos.setdefault(dados.external_billing_id, indice)
        if primeiro != indice:
            linha.status, linha.code = "duplicado", "duplicado_no_lote"
            linha.detail = f"Mesmo external_billing_id do item {primeiro} deste lote."
            continue
        lote.pendentes[indice] = dados
    return lote


def lote_criar_bloco(
    *, empresa: Empresa, ator: Ator, lote: LoteLido, inicio: int, quantos: int
) -> list[ResultadoDoItem]:
    """Settle the items from `inicio` on in one transaction; return their answers. Audited.

    Locks: those of `ciclos_criar`.
    """
    linhas = lote.resultados[inicio : inicio + quantos]
    fatia = [(linha, lote.pendentes[linha.indice]) for linha in linhas if linha.indice in lote.pendentes]
    if fatia:
        _criar_fatia(lote.base, ator, fatia)
    return linhas


def _identificador(item: Any) -> str | None:
    valor = item.get("external_billing_id") if isinstance(item, dict) else None
    return str(valor)[:100] if isinstance(valor, str | int) else None


def _recusar(linha: ResultadoDoItem, exc: ErroDeNegocio) -> None:
    linha.status = "duplicado" if exc.code == "ciclo_duplicado" else "erro"
    linha.code, linha.detail, linha.field = exc.code, exc.detail, exc.field


def _criar_fatia(base: Base, ator: Ator, fatia: Sequence[tuple[ResultadoDoItem, DadosDoCiclo]]) -> None:
    with transaction.atomic():
        respostas = _criar_ou_um_a_um(base, [dados for _, dados in fatia])
        for (linha, _), resposta in zip(fatia, respostas, strict=True):
            if isinstance(resposta, Ciclo):
                linha.status, linha.id = "criado", resposta.pk
            else:
                _recusar(linha, resposta)
        _auditar(base.empresa, ator, [linha for linha, _ in fatia])


def _criar_ou_um_a_um(base: Base, dados: Sequence[DadosDoCiclo]) -> list[Ciclo | ErroDeNegocio]:
    try:
        with transaction.atomic():
            return ciclos_criar(base=base, dados=dados)
    except IntegrityError as exc:
        # The creation lock makes this impossible among ourselves; somebody wrote past the services.
        if restricao_violada(exc) != "cobranca_ciclo_ativo_uniq":
            raise
    return [_criar_um(base, item) for item in dados]


def _criar_um(base: Base, item: DadosDoCiclo) -> Ciclo | ErroDeNegocio:
    try:
        with transaction.atomic():
            return ciclos_criar(base=base, dados=[item])[0]
    except IntegrityError as exc:
        if restricao_violada(exc) != "cobranca_ciclo_ativo_uniq":
            raise
        return ciclo_duplicado(item.external_billing_id)


def _auditar(empresa: Empresa, ator: Ator, linhas: Sequence[ResultadoDoItem]) -> None:
    criados = [linha.id for linha in linhas if linha.status == "criado"]
    duplicados = sum(1 for linha in linhas if linha.status == "duplicado")
    if criados:
        auditar(empresa=empresa, ator=ator, acao="ciclos_criados_em_lote", ciclos=criados)
    if duplicados:
        auditar(empresa=empresa, ator=ator, acao="ciclos_duplicados", duplicados=duplicados)
