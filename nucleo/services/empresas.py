"""Companies and the people in them."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from nucleo.ator import SISTEMA, Ator
from nucleo.documentos import documento_normalizado
from nucleo.errors import Conflito, ErroDeValidacao, NaoEncontrado, restricoes
from nucleo.escopo import escopo, visao_do_dono
from nucleo.logotipo import logotipo_conferido
from nucleo.models import Empresa, Perfil, Usuario, Vinculo
from nucleo.pix import chave_pix_normalizada
from nucleo.services.alcance import exigir_alcance, nomes
from nucleo.services.auditoria import auditar
from nucleo.signals import empresa_criada
from nucleo.telefones import telefone_normalizado
from nucleo.textos import chave_de_busca

_LEITORES: dict[str, Callable[..., Any]] = {
    "cnpj": documento_normalizado,
    "telefone": telefone_normalizado,
    "chave_pix": chave_pix_normalizada,
    "logo": logotipo_conferido,
}


def empresa_criar(*, slug: str, nome: str, fuso: str = "America/Sao_Paulo", **dados: str) -> Empresa:
    """Create a company with its default perfis; other apps add theirs on `empresa_criada`.

    Must be called outside any transaction: it enters the new company's scope. All or nothing.
    Raises ErroDeValidacao (a bad field), Conflito `empresa_existente`.
    """
    empresa = Empresa(slug=slug, nome=nome, fuso=fuso, **_lidos(dados))
    _validar(empresa)
    with visao_do_dono("criar empresa: ela ainda não existe para ter escopo"), transaction.atomic():
        if Empresa.objects.filter(slug=slug).exists():
            raise Conflito(
                "empresa_existente", f"Já existe uma empresa com o identificador {slug}.", field="slug"
            )
        empresa.save()
        _criar_perfis_padrao(empresa)
        empresa_criada.send(sender=Empresa, empresa=empresa)
    return empresa


def empresa_atualizar(*, empresa: Empresa, ator: Ator, **mudancas: Any) -> Empresa:
    """Change the company's own data (never `slug` or `ativa`: those are the operator's). Audited.

    Raises ErroDeValidacao.
    """
    proibidos = {"slug", "ativa", "id", "criada_em"} & set(mudancas)
    if proibidos:
        raise ErroDeValidacao("valor_invalido", "Este campo não muda aqui.", field=min(proibidos))
    for campo, valor in _lidos(mudancas).items():
        setattr(empresa, campo, valor)
    _validar(empresa)
    if mudancas:
        with transaction.atomic():
            empresa.save(update_fields=list(mudancas))
            auditar(
                empresa=empresa, ator=ator, acao="empresa_alterada", objeto=empresa, campos=sorted(mudancas)
            )
    return empresa


def perfil_gravar(
    *, empresa: Empresa, perfil: Perfil, ator: Ator, permissoes: Iterable[Permission] | None = None
) -> Perfil:
    """Create or change a role of the company and what it may do (None leaves that). Audited.

    Raises Conflito `perfil_existente`, NaoPermitido `alem_do_alcance` where it may, or would, do more than
    the actor.
    """
    acao = "perfil_alterado" if perfil.pk else "perfil_criado"
    antes = nomes(perfil.permissoes.all()) if perfil.pk else frozenset[str]()
    depois = (
        antes if permissoes is None else frozenset(map(_nome_da_permissao, permissoes := list(permissoes)))
    )
    exigir_alcance(empresa=empresa, ator=ator, permissoes=antes | depois, o_que="Este perfil")
    perfil.empresa = empresa
    with transaction.atomic():
        with restricoes({"nucleo_perfil_nome_uniq": _perfil_existente}), transaction.atomic():
            perfil.save()
        if permissoes is not None:
            perfil.permissoes.set(permissoes)
        auditar(
            empresa=empresa,
            ator=ator,
            acao=acao,
            objeto=perfil,
            para=perfil.nome,
            ativo=perfil.ativo,
            dadas=sorted(depois - antes),
            tiradas=sorted(antes - depois),
        )
    return perfil


def _nome_da_permissao(permissao: Permission) -> str:
    return f"{permissao.content_type.app_label}.{permissao.codename}"


def _perfil_existente() -> Conflito:
    return Conflito("perfil_existente", "Já existe um perfil com este nome.", field="nome")


def _lidos(dados: dict[str, Any]) -> dict[str, Any]:
    """Normalise what has a form of its own; an empty value stays empty."""
    return {
        campo: _LEITORES[campo](valor, campo=campo) if valor and campo in _LEITORES else valor
        for campo, valor in dados.items()
    }


def _validar(empresa: Empresa) -> None:
    try:
        empresa.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as exc:
        campo, mensagens = next(iter(exc.message_dict.items()))
        raise ErroDeValidacao("valor_invalido", f"{campo}: {mensagens[0]}", field=campo) from exc


def _criar_perfis_padrao(empresa: Empresa) -> None:
    for nome, alcance in settings.PERFIS_PADRAO.items():
        perfil = Perfil.objects.create(empresa=empresa, nome=nome)
        muda = Q(content_type__app_label__in=alcance["muda"])
        ve = Q(content_type__app_label__in=alcance["ve"], codename__startswith="view_")
        perfil.permissoes.set(Permission.objects.filter(muda | ve))


def usuario_criar(
    *, empresa: Empresa, login: str, perfil: str, senha: str | None = None, ator: Ator = SISTEMA
) -> Usuario:
    """Create a person with a perfil in `empresa`, or give one more perfil to an existing person.

    Must be called outside any transaction, by the operator: inside the empresa's scope a role is given
    only to its own people. An existing person keeps the password. `perfil` may be written without its
    accents (a shell script's "cobranca"). Raises NaoEncontrado `perfil_desconhecido`, ErroDeValidacao (a
    login that cannot be one).
    """
    # Outside the scope: inside it only the empresa's own people are seen.
    usuario = Usuario.objects.filter(username=login).first()
    vista = (
        visao_do_dono("criar usuário: a pessoa já trabalha em outra empresa") if usuario else escopo(empresa)
    )
    with vista, transaction.atomic():
        papel = _perfil_pelo_nome(empresa, perfil)
        if papel is None:
            raise NaoEncontrado(
                "perfil_desconhecido", f"A empresa {empresa.slug} não tem o perfil {perfil}.", field="perfil"
            )
        if usuario is None:
            _conferir_login(login)
            usuario = Usuario.objects.create_user(login, password=senha, is_staff=True)
        vinculo_criar(empresa=empresa, usuario=usuario, perfil=papel, ator=ator)
    return usuario


def _conferir_login(login: str) -> None:
    try:
        Usuario._meta.get_field("username").clean(login, None)
    except ValidationError as exc:
        raise ErroDeValidacao("valor_invalido", exc.messages[0], field="login") from exc


def _perfil_pelo_nome(empresa: Empresa, nome: str) -> Perfil | None:
    ativos = list(Perfil.objects.filter(empresa=empresa, ativo=True))
    exatos = [perfil for perfil in ativos if perfil.nome == nome]
    parecidos = [perfil for perfil in ativos if chave_de_busca(perfil.nome) == chave_de_busca(nome)]
    return next(iter([*exatos, *parecidos]), None)


def vinculo_criar(*, empresa: Empresa, usuario: Usuario, perfil: Perfil, ator: Ator) -> Vinculo:
    """Give a perfil to a person (or give it back). Audited. Idempotent.

    Raises NaoPermitido `alem_do_alcance` where the perfil may do more than the actor.
    """
    exigir_alcance(
        empresa=empresa, ator=ator, permissoes=perfil.nomes_das_permissoes, o_que=f"O perfil {perfil}"
    )
    with transaction.atomic():
        vinculo, _ = Vinculo.objects.update_or_create(
            usuario=usuario, perfil=perfil, defaults={"ativo": True, "empresa": empresa}
        )
        auditar(empresa=empresa, ator=ator, acao="perfil_concedido", objeto=vinculo, para=str(perfil))
    return vinculo


def vinculo_retirar(*, empresa: Empresa, vinculo: Vinculo, ator: Ator) -> None:
    """Take a perfil away. The next request of any session working as it is refused. Audited.

    Raises NaoPermitido `alem_do_alcance` where the perfil may do more than the actor.
    """
    perfil = vinculo.perfil
    exigir_alcance(
        empresa=empresa, ator=ator, permissoes=perfil.nomes_das_permissoes, o_que=f"O perfil {perfil}"
    )
    with transaction.atomic():
        Vinculo.objects.filter(empresa=empresa, pk=vinculo.pk).update(ativo=False)
        auditar(empresa=empresa, ator=ator, acao="perfil_retirado", objeto=vinculo, de=str(perfil))
