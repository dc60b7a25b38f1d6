"""Statements whose plan each connection keeps for a while.

Behind the wall's policies and beside a dozen indexes PostgreSQL plans a small statement for longer than it
runs it: of the 1.9 ms that the claim of a message took, 1.2 were planning. What runs thousands of times over
one connection is PREPAREd once there. Pools must be in session mode, as for every advisory lock here.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from psycopg2.extensions import adapt

# A plan made while a table was small and had no statistics is given up after this long, not kept for good.
PLANO_VALE_S: Final = 60
_MARCA: Final = re.compile(r"%\((\w+)\)s")
# Per connection of the driver: a name, and until when (monotonic) its plan is kept.
_preparadas: WeakKeyDictionary[Any, dict[str, float]] = WeakKeyDictionary()


class Preparada:
    """One statement: `sql` names its values as `%(nome)s`, `tipos` gives the PostgreSQL type of each.

    What never changes stays a literal of the text: a partial index serves no parameter. The role's policies
    are part of the plan; PostgreSQL itself plans anew when the role, a table or its statistics change.
    """

    def __init__(self, nome: str, sql: str, tipos: Mapping[str, str]) -> None:
        self.nome, self.campos = nome, tuple(tipos)
        numeros = {campo: f"${numero}" for numero, campo in enumerate(self.campos, 1)}
        corpo = _MARCA.sub(lambda achado: numeros[achado[1]], sql)
        self._preparo = f"PREPARE {nome} ({', '.join(tipos.values())}) AS {corpo}"
        self._execucao = f"EXECUTE {nome} ({', '.join(['%s'] * len(self.campos))})"

    def linhas(self, **valores: Any) -> list[tuple[Any, ...]]:
        """Run it; return its rows. Raises what Django's cursor raises."""
        conexao = connections[DEFAULT_DB_ALIAS]
        em_ordem = [valores[campo] for campo in self.campos]
        conexao.close_if_health_check_failed()
        if conexao.connection is None or conexao.execute_wrappers or conexao.queries_logged:
            with conexao.cursor() as cursor:
                return self._executar(conexao, cursor, em_ordem)
        # Nobody watches the statements: then the driver's own cursor will do. Django's is a third of what
        # a statement this small takes.
        conexao.validate_no_broken_transaction()
        with conexao.wrap_database_errors, conexao.connection.cursor() as cursor:
            return self._executar(conexao, cursor, em_ordem)

    def linha(self, **valores: Any) -> tuple[Any, ...] | None:
        """Run it; return its first row, or None."""
        achadas = self.linhas(**valores)
        return achadas[0] if achadas else None

    def _executar(self, conexao: Any, cursor: Any, valores: Sequence[Any]) -> list[tuple[Any, ...]]:
        self._preparar(conexao, cursor)
        cursor.execute(self._execucao, valores)
        achadas: list[tuple[Any, ...]] = cursor.fetchall()
        return achadas

    def _preparar(self, conexao: Any, cursor: Any) -> None:
        feitas = _preparadas.setdefault(conexao.connection, {})
        agora = time.monotonic()
        if feitas.get(self.nome, 0.0) > agora:
            return
        if self.nome in feitas:
            # Forgotten only once it is gone: refused in a broken transaction, it is still there afterwards.
            cursor.execute(f"DEALLOCATE {self.nome}")
            del feitas[self.nome]
        cursor.execute(self._preparo)
        feitas[self.nome] = agora + PLANO_VALE_S


class ConsultaPreparada:
    """A query of the ORM with its `select_related`, compiled once: building it costs more than running it.

    `sentinelas` are the values it was built with, by the name under which the real ones come.
    """

    def __init__(
        self, nome: str, consulta: QuerySet[Any], sentinelas: Mapping[str, Any], tipos: Mapping[str, str]
    ) -> None:
        compilador = consulta.query.get_compiler("default")
        sql, parametros = compilador.as_sql()
        if compilador.get_converters([coluna for coluna, *_ in compilador.select]):
            raise AssertionError(f"{nome}: uma coluna precisa de conversão, que aqui não é feita.")
        self._preparada = Preparada(nome, com_nomes(sql, parametros, sentinelas), tipos)
        self._molde = _Molde.de(compilador.klass_info, compilador.select)
        self._anotacoes = dict(compilador.annotation_col_map)

    def objetos(self, **valores: Any) -> list[Any]:
        """Run it; return its objects with what they refer to and their annotations."""
        return [self._montar(linha) for linha in self._preparada.linhas(**valores)]

    def _montar(self, linha: tuple[Any, ...]) -> Any:
        objeto = self._molde.montar(linha)
        for nome, indice in self._anotacoes.items():
            setattr(objeto, nome, linha[indice])
        return objeto


@dataclass(frozen=True)
class _Molde:
    """Where in a row a model's columns lie, and those of the models it refers to."""

    modelo: type[Model]
    colunas: list[str]
    indices: list[int]
    chave: int
    referidos: "list[tuple[Callable[[Any, Any], None], _Molde]]"

    @classmethod
    def de(cls, info: Mapping[str, Any], select: Sequence[Any]) -> "_Molde":
        modelo, indices = info["model"], list(info["select_fields"])
        colunas = [select[i][0].target.attname for i in indices]
        referidos = [(r["local_setter"], cls.de(r, select)) for r in info.get("related_klass_infos", [])]
        return cls(modelo, colunas, indices, indices[colunas.index(modelo._meta.pk.attname)], referidos)

    def montar(self, linha: tuple[Any, ...]) -> Any:
        if linha[self.chave] is None:
            return None
        objeto = self.modelo.from_db("default", self.colunas, [linha[i] for i in self.indices])
        for guardar, molde in self.referidos:
            guardar(objeto, molde.montar(linha))
        return objeto


def com_nomes(sql: str, parametros: Sequence[Any], sentinelas: Mapping[str, Any]) -> str:
    """Turn what the ORM compiled with `sentinelas` as its values into the text of a `Preparada`.

    Each sentinel becomes its name; every other parameter is written out, because it never changes. That a
    sentinel is found by being itself proves the order of the parameters instead of assuming it.
    """
    escritos = [_nome_de(p, sentinelas) or adapt(p).getquoted().decode() for p in parametros]
    faltam = [nome for nome in sentinelas if f"%({nome})s" not in escritos]
    if faltam:
        raise AssertionError(f"O SQL compilado não usa {faltam}: {sql}")
    return "".join(a + b for a, b in zip(sql.split("%s"), [*escritos, ""], strict=True))


def _nome_de(parametro: Any, sentinelas: Mapping[str, Any]) -> str:
    iguais = (
        nome for nome, valor in sentinelas.items() if type(valor) is type(parametro) and valor == parametro
    )
    return next((f"%({nome})s" for nome in iguais), "")
