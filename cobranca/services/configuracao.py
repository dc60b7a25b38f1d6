"""How an empresa sends."""

from collections.abc import Sequence

from django.db import transaction

from cobranca.models import ConfiguracaoCobranca
from nucleo.ator import Ator
from nucleo.errors import ErroDeValidacao
from nucleo.models import Empresa
from nucleo.services.auditoria import auditar


def configuracao_da(empresa: Empresa) -> ConfiguracaoCobranca:
    """Return the empresa's configuration; the first use creates it, race-free."""
    achada = ConfiguracaoCobranca.objects.filter(empresa=empresa).first()
    if achada is not None:
        return achada
    ConfiguracaoCobranca.objects.bulk_create([ConfiguracaoCobranca(empresa=empresa)], ignore_conflicts=True)
    return ConfiguracaoCobranca.objects.get(empresa=empresa)


def configuracao_alterar(
    *, empresa: Empresa, ator: Ator, configuracao: ConfiguracaoCobranca, campos: Sequence[str]
) -> None:
    """Save the named fields of the empresa's configuration. Audited field by field; unchanged: nothing.

    The row was read and checked by the caller's form; the database's checks hold what it may be.
    """
    with transaction.atomic():
        antes = ConfiguracaoCobranca.objects.get(empresa=empresa, pk=configuracao.pk)
        pares = {campo: [getattr(antes, campo), getattr(configuracao, campo)] for campo in campos}
        mudou = {campo: par for campo, par in pares.items() if par[0] != par[1]}
        if not mudou:
            return
        configuracao.save(update_fields=list(mudou))
        auditar(empresa=empresa, ator=ator, acao="configuracao_alterada", objeto=configuracao, campos=mudou)


def modo_mudar(*, empresa: Empresa, ator: Ator, modo: str) -> ConfiguracaoCobranca:
    """Switch sending off, to rehearsal or on. Audited.

    What is claimed after this commits obeys it; what was claimed before looks once more before its call.
    """
    if modo not in ConfiguracaoCobranca.Modo.values:
        raise ErroDeValidacao("valor_invalido", "O modo de envio é off, ensaio ou on.", field="modo")
    with transaction.atomic():
        configuracao = configuracao_da(empresa)
        antes, configuracao.modo = configuracao.modo, modo
        configuracao.save(update_fields=["modo"])
        auditar(empresa=empresa, ator=ator, acao="modo_de_envio", objeto=configuracao, de=antes, para=modo)
    return configuracao
