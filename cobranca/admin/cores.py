"""The colours of billing's states, the same on every page."""

from typing import Final

from cobranca.models import Ciclo, Mensagem, Tentativa
from nucleo.admin.colunas import etiqueta

_M, _C, _T = Mensagem.Status, Ciclo.Status, Tentativa.Resultado
MENSAGEM: Final = {
    _M.PENDENTE: "info",
    _M.ENVIANDO: "primary",
    _M.ENVIADA: "success",
    _M.ENTREGUE: "success",
    _M.LIDA: "success",
    _M.FALHOU: "danger",
    _M.SEGURA: "warning",
}
CICLO: Final = {_C.ATIVO: "info", _C.PAGO: "success", _C.CANCELADO: "", _C.CONCLUIDO: "warning"}
TENTATIVA: Final = {
    _T.ENVIADA: "success",
    _T.ACHADA: "success",
    _T.RECUSADA: "danger",
    _T.NAO_ENVIADA: "warning",
    _T.INCERTA: "warning",
    _T.NAO_ACHADA: "warning",
}
situacao_da_mensagem = etiqueta("status", MENSAGEM)
situacao_do_ciclo = etiqueta("status", CICLO)
resultado_da_tentativa = etiqueta("resultado", TENTATIVA, "resultado")
