"""Which perfil a session of a person is working as, now: the only truth about it (promise S)."""

from django.db import models
from django.db.models import Q

from nucleo.models import ChaveInquilino, ModeloDaEmpresa


class SessionContext(ModeloDaEmpresa):
    """One row per session that has an active perfil. `empresa` is always that of `perfil_ativo`."""

    usuario = models.ForeignKey("nucleo.Usuario", models.CASCADE, related_name="+", verbose_name="usuário")
    perfil_ativo = ChaveInquilino("nucleo.Perfil", related_name="+", verbose_name="perfil ativo")
    # A digest of the session key: whoever reads this table cannot take the session over.
    sessao_id = models.CharField("sessão", max_length=255)
    data_criacao = models.DateTimeField("criada em", auto_now_add=True)
    data_expiracao = models.DateTimeField("expira em")
    ultimo_uso = models.DateTimeField("último uso")
    ativo = models.BooleanField("ativa", default=True)
    versao = models.PositiveIntegerField("versão", default=1)
    endereco = models.GenericIPAddressField("endereço", null=True, blank=True)
    navegador = models.CharField("navegador", max_length=200, blank=True)

    class Meta:
        db_table = "session_context"
        verbose_name = "sessão"
        verbose_name_plural = "sessões"
        constraints = [
            models.UniqueConstraint(
                fields=["sessao_id"], condition=Q(ativo=True), name="session_context_ativa_uniq"
            ),
        ]
        indexes = [models.Index(fields=["usuario", "-ultimo_uso"], name="session_context_usuario_idx")]

    def __str__(self) -> str:
        return f"{self.usuario} como {self.perfil_ativo}"
