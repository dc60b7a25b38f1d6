"""Which perfil a session of a person is working as, now: the only truth about it (promise S)."""

from django.db import models
from django.db.models import Q

from nucleo.models import ChaveInquilino, ModeloDaEmpresa


class SessionContext(ModeloDaEmpresa):
    """One row per session that has an active perfil. `empresa` is always that of `perfil_ativo`."""

    class Fim(models.TextChoices):
        """Why a context is over. Only after SAIDA may the same login choose a perfil again."""

        SAIDA = "saida", "Saiu do perfil"
        EXPIRADA = "expirada", "Expirou"
        ENCERRADA = "encerrada", "Encerrada de outro aparelho"
        LOGOUT = "logout", "Saiu do sistema"

    usuario = models.ForeignKey("nucleo.Usuario", models.CASCADE, related_name="+", verbose_name="usuário")
    perfil_ativo = ChaveInquilino("nucleo.Perfil", related_name="+", verbose_name="perfil ativo")
    # A digest of the session key: whoever reads this table cannot take the session over.
    sessao_id = models.CharField("sessão", max_length=255)
    # The login's moment: the absolute limit counts from it, however often the perfil changes.
    data_criacao = models.DateTimeField("criada em")
    data_expiracao = models.DateTimeField("expira em")
    ultimo_uso = models.DateTimeField("último uso")
    ativo = models.BooleanField("ativa", default=True)
    fim = models.CharField("fim", max_length=10, choices=Fim, blank=True)
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
            models.CheckConstraint(
                condition=Q(ativo=True, fim="") | (Q(ativo=False) & ~Q(fim="")), name="session_context_fim_ck"
            ),
        ]
        indexes = [
            models.Index(fields=["usuario", "-ultimo_uso"], name="session_context_usuario_idx"),
            models.Index(fields=["sessao_id", "-id"], name="session_context_sessao_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.usuario} como {self.perfil_ativo}"


class TentativaLogin(models.Model):
    """How many wrong passwords one login, or one address, has given in the running window.

    In the database, not in Redis: losing Redis must not open the lock-out.
    """

    chave = models.CharField("chave", max_length=200, primary_key=True)
    total = models.PositiveIntegerField("tentativas")
    ate = models.DateTimeField("até")

    class Meta:
        verbose_name = "tentativa de login"
        verbose_name_plural = "tentativas de login"

    def __str__(self) -> str:
        return self.chave
