"""What the child processes of nucleo's race tests do."""

from typing import Any

from django.db import connection, models, transaction

from nucleo import sequencias
from nucleo.escopo import escopo


class SerieDeTeste(models.Model):
    """A counter table made by the test itself: the allocator is tried without any app above it."""

    escopo = models.IntegerField(unique=True)
    ultimo = models.IntegerField(default=0)

    class Meta:
        app_label = "nucleo_tests"
        managed = False
        db_table = "teste_serie"


CRIAR_TABELAS = """
CREATE TABLE teste_serie (id bigserial PRIMARY KEY, escopo int UNIQUE, ultimo int NOT NULL DEFAULT 0);
CREATE TABLE teste_numero (escopo int, numero int);
GRANT ALL ON teste_serie, teste_numero TO inquilino;
GRANT ALL ON SEQUENCE teste_serie_id_seq TO inquilino;
"""
REMOVER_TABELAS = "DROP TABLE IF EXISTS teste_serie; DROP TABLE IF EXISTS teste_numero;"


def numerar(serie: int, vezes: int, desfazer_cada: int) -> int:
    """Take numbers one by one, each in its own transaction; roll every n-th back."""
    for vez in range(vezes):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                numero = sequencias.reservar(SerieDeTeste, campo="ultimo", escopo=serie)
                cursor.execute("INSERT INTO teste_numero VALUES (%s, %s)", [serie, numero])
                if desfazer_cada and vez % desfazer_cada == 0:
                    raise InterruptedError
        except InterruptedError:
            continue
    return vezes


def sem_trava() -> None:
    """Positive control: read, add one, write, as if no row lock were held."""

    def avancar(modelo: Any, campo: str, quantidade: int, chave: dict[str, Any]) -> int | None:
        atual = modelo.objects.filter(**chave).values_list(campo, flat=True).first()
        if atual is None:
            return None
        modelo.objects.filter(**chave).update(**{campo: atual + quantidade})
        return atual + quantidade

    sequencias._avancar = avancar


def postar(caminho: str, corpo: dict[str, Any], cabecalhos: dict[str, str]) -> dict[str, Any]:
    """One call of the API in this process, through all middleware."""
    from rest_framework.test import APIClient

    resposta = APIClient(SERVER_NAME="localhost").post(caminho, corpo, format="json", headers=cabecalhos)
    return {"status": resposta.status_code, "corpo": resposta.json()}


def nome_dos_perfis(empresa_id: int) -> list[str]:
    """What a scope shows in another process."""
    from nucleo.models import Perfil

    with escopo(empresa_id):
        return sorted(Perfil.objects.values_list("nome", flat=True))
