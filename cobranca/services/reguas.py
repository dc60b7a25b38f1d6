"""Réguas: which one a ciclo follows, and what a change does to the ciclos under way."""

from cobranca.errors import regua_desconhecida, regua_vazia
from cobranca.models import Passo, Regua
from nucleo.models import Empresa


class CatalogoDeReguas:
    """The active réguas of an empresa with their steps, read once for a whole batch."""

    def __init__(self, empresa: Empresa) -> None:
        self.reguas = list(
            Regua.objects.filter(empresa=empresa, ativa=True).prefetch_related("passos").order_by("id")
        )
        self.por_nome = {regua.nome.casefold(): regua for regua in self.reguas}
        self.por_id = {regua.pk: regua for regua in self.reguas}
        self.padroes = {regua.tipo_cliente: regua for regua in self.reguas if regua.padrao}

    def escolher(self, pedida: str | int | None, tipo_cliente: str = "") -> tuple[Regua, list[Passo]]:
        """The one asked for, else that of the customer's kind, else the default.

        Raises ErroDeValidacao `regua_desconhecida`, `regua_vazia`.
        """
        if pedida is None:
            regua = self.padroes.get(tipo_cliente) or self.padroes.get("")
        elif isinstance(pedida, int):
            regua = self.por_id.get(pedida)
        else:
            regua = self.por_nome.get(pedida.strip().casefold())
        if regua is None:
            raise regua_desconhecida(pedida if pedida is not None else "padrão")
        passos = list(regua.passos.all())
        if not passos:
            raise regua_vazia(regua.nome)
        return regua, passos
