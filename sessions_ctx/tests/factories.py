"""Session contexts for tests."""

from datetime import timedelta

import factory
from django.utils import timezone

from nucleo.tests.factories import VinculoFactory
from sessions_ctx.models import SessionContext


class SessionContextFactory(factory.django.DjangoModelFactory):
    """A live context of a person who holds its perfil."""

    class Meta:
        model = SessionContext
        exclude = ("vinculo",)

    vinculo = factory.SubFactory(VinculoFactory)
    usuario = factory.SelfAttribute("vinculo.usuario")
    perfil_ativo = factory.SelfAttribute("vinculo.perfil")
    empresa = factory.SelfAttribute("vinculo.empresa")
    sessao_id = factory.Sequence(lambda n: f"{n:064x}")
    data_criacao = factory.LazyFunction(timezone.now)
    ultimo_uso = factory.LazyFunction(timezone.now)
    data_expiracao = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=8))
