"""People as an empresa's manager handles them: create, and help who forgot the password.

The account is the person's, who may work in other empresas too, so nothing here reaches beyond one's own.
"""

import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from nucleo.ator import Ator
from nucleo.errors import Conflito, ErroDeValidacao, NaoPermitido, restricoes
from nucleo.models import Empresa, Perfil, Usuario
from nucleo.services.alcance import exigir_alcance, permissoes_da_pessoa
from nucleo.services.auditoria import auditar
from nucleo.services.empresas import vinculo_criar


def pessoa_criar(
    *, empresa: Empresa, ator: Ator, login: str, perfil: Perfil, senha: str, nome: str = "", email: str = ""
) -> Usuario:
    """Create a person with their first perfil. Audited.

    Raises ErroDeValidacao (a bad field, a weak password), Conflito `login_existente`, also where the
    login is somebody's of another empresa: giving that person a perfil is the operator's command.
    """
    usuario = Usuario(username=login, nome=nome, email=email, is_staff=True)
    try:
        usuario.clean_fields(exclude=["password"])
    except ValidationError as exc:
        campo, mensagens = next(iter(exc.message_dict.items()))
        raise ErroDeValidacao("valor_invalido", mensagens[0], field=campo) from exc
    try:
        validate_password(senha, usuario)
    except ValidationError as exc:
        raise ErroDeValidacao("senha_fraca", " ".join(exc.messages), field="senha") from exc
    usuario.set_password(senha)
    with transaction.atomic():
        with restricoes({"nucleo_usuario_username_key": _login_existente}), transaction.atomic():
            usuario.save(force_insert=True)
        vinculo_criar(empresa=empresa, usuario=usuario, perfil=perfil, ator=ator)
    return usuario


def _login_existente() -> Conflito:
    return Conflito("login_existente", "Este login já existe. Escolha outro.", field="username")


def senha_redefinir(*, empresa: Empresa, usuario: Usuario, ator: Ator) -> str:
    """Give the person a new random password and return it; all their sessions end. Audited.

    Raises NaoPermitido `pessoa_de_outra_empresa` where the person also works elsewhere: one company's
    manager could otherwise come in as them in another one. And `alem_do_alcance` where the person may do
    more than the actor, who could otherwise come in as them.
    """
    pode = permissoes_da_pessoa(empresa=empresa, usuario=usuario)
    exigir_alcance(empresa=empresa, ator=ator, permissoes=pode, o_que="Esta pessoa")
    with connection.cursor() as cursor:
        cursor.execute("SELECT usuario_so_da_empresa_atual(%s)", [usuario.pk])
        so_daqui = cursor.fetchone()[0]
    if not so_daqui:
        raise NaoPermitido(
            "pessoa_de_outra_empresa",
            "Esta pessoa também trabalha em outra empresa: só ela mesma ou o operador muda a senha.",
        )
    nova = secrets.token_urlsafe(12)
    with transaction.atomic():
        usuario.set_password(nova)
        usuario.save(update_fields=["password"])
        auditar(empresa=empresa, ator=ator, acao="senha_redefinida", objeto=usuario, para=usuario.username)
    return nova
