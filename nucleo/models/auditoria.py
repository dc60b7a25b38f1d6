from django.db import models
from django.utils.translation import pgettext


class RegistroAuditoria(models.Model):
    """Who did what, when and from where. Append-only: `inquilino` may not change or delete it."""

    empresa = models.ForeignKey("nucleo.Empresa", models.PROTECT, null=True, related_name="+", editable=False)
    usuario = models.ForeignKey("nucleo.Usuario", models.SET_NULL, null=True, related_name="+")
    ator = models.CharField(
        "quem", max_length=120, help_text="Nome no momento: pessoa, chave de API ou comando."
    )
    acao = models.CharField("ação", max_length=60)
    objeto_tipo = models.CharField("tipo", max_length=60, blank=True)
    objeto_id = models.CharField("objeto", max_length=64, blank=True)
    de = models.CharField("de", max_length=200, blank=True)
    para = models.CharField("para", max_length=200, blank=True)
    detalhe = models.JSONField("detalhe", default=dict, blank=True)
    endereco = models.GenericIPAddressField("endereço", null=True, blank=True)
    navegador = models.CharField("navegador", max_length=200, blank=True)
    quando = models.DateTimeField("quando", auto_now_add=True)

    class Meta:
        verbose_name = "registro de auditoria"
        verbose_name_plural = "registros de auditoria"
        ordering = ["-quando", "-id"]
        indexes = [
            models.Index(fields=["empresa", "-quando"], name="nucleo_audit_quando_idx"),
            models.Index(fields=["empresa", "objeto_tipo", "objeto_id"], name="nucleo_audit_objeto_idx"),
        ]

    @property
    def nome_da_acao(self) -> str:
        """The action in words: each app's actions are named in the catalogue, not here."""
        nome = pgettext("ação", self.acao)
        return nome if nome != self.acao else self.acao.replace("_", " ").capitalize()

    def __str__(self) -> str:
        return f"{self.ator}: {self.nome_da_acao}"
