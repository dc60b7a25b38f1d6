"""The rules of the house, read from the syntax tree: each takes one file and yields what breaks it.

A rule sees only the file's path (from the root of the project) and its tree, so a test can hand it a
planted violation as a string.
"""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

RAIZ = Path(__file__).resolve().parent.parent.parent
APPS = ("nucleo", "clientes", "estoque", "orcamentos", "cobranca", "sessions_ctx")
PASTAS = (*APPS, "config")
LINHAS_DO_ARQUIVO = 400
LINHAS_DA_FUNCAO = 60

Regra = Callable[[PurePosixPath, ast.Module], Iterator[str]]
_ESCRITAS = {
    "save",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
}
_GERENTES = {"objects", "_default_manager", "_base_manager"}
_CONSULTAS = {"filter", "exclude", "all", "order_by", "annotate", "select_related", "get_queryset"}
_PELES = {"admin", "api", "tasks", "management"}
_SEM_ASSUNTO = {"utils", "util", "helpers", "helper", "misc", "common", "comum", "diversos"}
# Other things one connects to: a database, a socket.
_OUTRAS_LIGACOES = ("psycopg2.", "tomada.")
_FUNCOES = (ast.FunctionDef, ast.AsyncFunctionDef)


def arquivos() -> list[Path]:
    """Every Python file of the product, its tests and migrations too."""
    return sorted(arquivo for pasta in PASTAS for arquivo in (RAIZ / pasta).rglob("*.py"))


def violacoes(regra: Regra, permitidas: dict[str, str] | None = None) -> list[str]:
    """Run a rule over the whole product; `permitidas` maps the start of a finding to its reason.

    A permission that no longer matches anything is itself a violation: lists of exceptions only shrink.
    """
    achadas = [
        f"{caminho}: {achada}"
        for arquivo in arquivos()
        for caminho in [PurePosixPath(arquivo.relative_to(RAIZ).as_posix())]
        for achada in regra(caminho, ast.parse(arquivo.read_text()))
    ]
    livres = permitidas or {}
    sobrando = [f"permissão sem uso: {p}" for p in livres if not any(a.startswith(p) for a in achadas)]
    return [a for a in achadas if not a.startswith(tuple(livres))] + sobrando


def plantada(regra: Regra, caminho: str, fonte: str) -> list[str]:
    """What the rule finds in a small made-up file."""
    return list(regra(PurePosixPath(caminho), ast.parse(fonte)))


def sala(caminho: PurePosixPath) -> str:
    """The room of an app a file belongs to: `admin`, `services`, `locks`, `tests`..."""
    return PurePosixPath(caminho.parts[1]).stem


def _dono_por_linha(arvore: ast.AST, nome: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Every node with the dotted name of the class and function around it."""
    for no in ast.iter_child_nodes(arvore):
        dentro = f"{nome}.{no.name}".lstrip(".") if isinstance(no, (*_FUNCOES, ast.ClassDef)) else nome
        yield dentro, no
        yield from _dono_por_linha(no, dentro)


def _chamado(no: ast.AST) -> str:
    """The last name of what is called: `a.b.c()` is `c`."""
    if not isinstance(no, ast.Call):
        return ""
    return getattr(no.func, "attr", None) or getattr(no.func, "id", "")


def trava_fora_de_locks(caminho: PurePosixPath, arvore: ast.Module) -> Iterator[str]:
    """`select_for_update` anywhere but in the app's locks.py."""
    if sala(caminho) in {"locks", "tests"}:
        return
    yield from (
        f"{dono} trava linhas" for dono, no in _dono_por_linha(arvore) if _chamado(no) == "select_for_update"
    )


def modulo_sem_assunto(caminho: PurePosixPath, arvore: ast.Module) -> Iterator[str]:
    """A module or folder whose name says nothing about what is in it."""
    yield from (
        f"nome sem assunto: {parte}" for parte in caminho.with_suffix("").parts if parte in _SEM_ASSUNTO
    )


def _de_banco(no: ast.expr) -> bool:
    """Whether an expression is a manager, a queryset drawn from one, or `super()`."""
    if isinstance(no, ast.Attribute):
        return no.attr in _GERENTES or _de_banco(no.value)
    if isinstance(no, ast.Call):
        if _chamado(no) == "super":
            return True
        return _chamado(no) in _CONSULTAS or (isinstance(no.func, ast.Attribute) and _de_banco(no.func.value))
    return False


def escrita_na_pele(caminho: PurePosixPath, arvore: ast.Module) -> Iterator[str]:
    """A row written by a page, an endpoint, a task or a command itself instead of by a service.

    `save` and `delete` on anything count (a row in a variable); the other verbs only on managers and
    querysets, since dicts have an `update` too.
    """
    if sala(caminho) not in _PELES:
        return
    for dono, no in _dono_por_linha(arvore):
        if _chamado(no) not in _ESCRITAS or not isinstance(no, ast.Call):
            continue
        if isinstance(no.func, ast.Attribute) and (
            no.func.attr in {"save", "delete", "bulk_create", "bulk_update"} or _de_banco(no.func.value)
        ):
            yield f"{dono} chama .{no.func.attr}()"


def sinal_fora_do_lugar(caminho: PurePosixPath, arvore: ast.Module) -> Iterator[str]:
    """A receiver connected where nobody looks for one."""
    if caminho.name in {"handlers.py", "apps.py"} or "tests" in caminho.parts:
        return
    for dono, no in _dono_por_linha(arvore):
        if isinstance(no, ast.Name) and no.id == "receiver":
            yield f"{dono} usa receiver"
        elif _chamado(no) == "connect" and not ast.unparse(no).startswith(_OUTRAS_LIGACOES):
            yield f"{dono} conecta um sinal"


def servico_mal_assinado(caminho: PurePosixPath, arvore: ast.Module) -> Iterator[str]:
    """A public service with a type left out, or with arguments that can be swapped by mistake.

    A function of one thing (`cifrar(texto)`) may take it by position; whoever takes an `ator` may not.
    """
    if sala(caminho) != "services":
        return
    for funcao in arvore.body:
        if not isinstance(funcao, _FUNCOES) or funcao.name.startswith("_"):
            continue
        por_posicao = [*funcao.args.posonlyargs, *funcao.args.args]
        por_posicao += [funcao.args.vararg] if funcao.args.vararg else []
        todos = [*por_posicao, *funcao.args.kwonlyargs]
        todos += [funcao.args.kwarg] if funcao.args.kwarg else []
        if len(por_posicao) > 1 or (por_posicao and any(a.arg == "ator" for a in todos)):
            yield f"{funcao.name} aceita argumentos por posição"
        if funcao.returns is None or any(a.annotation is None for a in todos):
            yield f"{funcao.name} sem todos os tipos"


def excecao_larga(caminho: PurePosixPath, arvore: ast.Module) -> Iterator[str]:
    """`except:`, `except Exception` or `except BaseException`, alone or in a tuple."""
    for dono, no in _dono_por_linha(arvore):
        if not isinstance(no, ast.ExceptHandler):
            continue
        tipos = no.type.elts if isinstance(no.type, ast.Tuple) else [no.type]
        if any(t is None or getattr(t, "id", "") in {"Exception", "BaseException"} for t in tipos):
            yield f"{dono or 'módulo'} apanha tudo"


def on_commit_com_lambda(caminho: PurePosixPath, arvore: ast.Module) -> Iterator[str]:
    """`on_commit(lambda: ...)`: it reads its variables when it runs, not where it was written."""
    for dono, no in _dono_por_linha(arvore):
        if isinstance(no, ast.Call) and _chamado(no) == "on_commit":
            passados = [*no.args, *(k.value for k in no.keywords)]
            if any(isinstance(a, ast.Lambda) for a in passados):
                yield f"{dono} usa lambda em on_commit"


def teste_que_dorme_ou_falta(caminho: PurePosixPath, arvore: ast.Module) -> Iterator[str]:
    """A test that sleeps, or that is skipped or expected to fail."""
    if "tests" not in caminho.parts and caminho.name != "conftest.py":
        return
    for dono, no in _dono_por_linha(arvore):
        nome = getattr(no, "attr", "")
        if _chamado(no) == "sleep":
            yield f"{dono or 'módulo'} dorme"
        elif nome in {"skip", "skipif", "xfail", "importorskip", "skipUnless", "skipIf", "skipTest"}:
            yield f"{dono or 'módulo'} usa {nome}"


def longo_demais(caminho: PurePosixPath, arvore: ast.Module) -> Iterator[str]:
    """A file or a function longer than one can hold in mind. Initial migrations list columns: not prose."""
    if "migrations" in caminho.parts:
        return
    ultima = max((no.end_lineno or 0 for no in arvore.body), default=0)
    if ultima > LINHAS_DO_ARQUIVO:
        yield f"arquivo com {ultima} linhas"
    for dono, no in _dono_por_linha(arvore):
        if isinstance(no, _FUNCOES):
            linhas = (no.end_lineno or 0) - no.lineno + 1
            if linhas > LINHAS_DA_FUNCAO:
                yield f"{dono} com {linhas} linhas"


def folhas_das_migracoes(dependencias: dict[str, set[str]]) -> list[str]:
    """What is not a straight line in one app's migrations: given each name with those it stands on."""
    ruins = [f"{nome} tem nome automático" for nome in dependencias if "auto_" in nome]
    ruins += [f"{nome} junta ramos" for nome, abaixo in dependencias.items() if len(abaixo) > 1]
    pisadas = [nome for abaixo in dependencias.values() for nome in abaixo]
    ruins += [f"{nome} tem dois sucessores" for nome in sorted(set(pisadas)) if pisadas.count(nome) > 1]
    folhas = sorted(set(dependencias) - set(pisadas))
    return ruins + ([f"mais de uma folha: {', '.join(folhas)}"] if len(folhas) > 1 else [])
