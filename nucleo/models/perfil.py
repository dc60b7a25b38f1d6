from functools import cached_property

from django.contrib.auth.models import Permission
from django.db import models

from nucleo.models.base import ChaveInquilino, ModeloDaEmpresa


class Perfil(ModeloDaEmpresa):
    """A role in one empresa: a named set of Django permissions."""

    nome = models.CharField("nome", max_length=60)
    permissoes = models.ManyToManyField(Permission, verbose_name="permissões", blank=True)
    ativo = models.BooleanField("ativo", default=True)

    class Meta:
        verbose_name = "perfil"
        verbose_name_plural = "perfis"
        ordering = ["nome"]
        constraints = [
            models.UniqueConstraint(fields=["empresa", "nome"], name="nucleo_perfil_nome_uniq"),
        ]

    def __str__(self) -> str:
        return self.nome

    @cached_property
    def nomes_das_permissoes(self) -> frozenset[str]:
        """`app.codename` of every permission held; read once per request, never shared."""
        pares = self.permissoes.values_list("content_type__app_label", "codename")
        return frozenset(f"{app}.{codename}" for app, codename in pares)


class Vinculo(ModeloDaEmpresa):
    """A person holds a perfil. Taken away by `ativo` false: at once, on the next request."""

    usuario = models.ForeignKey(
        "nucleo.Usuario", models.CASCADE, related_name="vinculos", verbose_name="usuário"
    )
    perfil = ChaveInquilino(Perfil, related_name="vinculos", verbose_name="perfil")
    ativo = models.BooleanField("ativo", default=True)
    criado_em = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "vínculo"
        verbose_name_plural = "vínculos"
        constraints = [
            models.UniqueConstraint(fields=["usuario", "perfil"], name="nucleo_vinculo_usuario_perfil_uniq"),
        ]

    def __str__(self) -> str:
        return f"{self.usuario} como {self.perfil}"
