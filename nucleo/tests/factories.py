"""Rows of `nucleo` for tests. Built as owner or inside the empresa's scope, as the test chooses."""

import factory

from nucleo.models import Empresa, Perfil, Usuario, Vinculo


class EmpresaFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Empresa

    slug = factory.Sequence(lambda n: f"empresa-{n}")
    nome = factory.Sequence(lambda n: f"Empresa {n}")


class UsuarioFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Usuario
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"pessoa{n}")
    password = factory.django.Password("senha-de-teste-1")


class PerfilFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Perfil

    empresa = factory.SubFactory(EmpresaFactory)
    nome = factory.Sequence(lambda n: f"perfil-{n}")


class VinculoFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Vinculo

    perfil = factory.SubFactory(PerfilFactory)
    empresa = factory.SelfAttribute("perfil.empresa")
    usuario = factory.SubFactory(UsuarioFactory)
