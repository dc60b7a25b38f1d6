from django.db import models


class Municipio(models.Model):
    """One of the 5,571 municipalities of Brazil. The same for every empresa, loaded from a file."""

    codigo_ibge = models.IntegerField("código IBGE", primary_key=True)
    nome = models.CharField("nome", max_length=60)
    uf = models.CharField("UF", max_length=2)
    # Letters and digits of the name only: "Alta Floresta D'Oeste" is written in many ways.
    chave = models.CharField(max_length=60, editable=False)

    class Meta:
        verbose_name = "município"
        verbose_name_plural = "municípios"
        ordering = ["nome", "uf"]
        constraints = [
            models.UniqueConstraint(fields=["chave", "uf"], name="clientes_municipio_chave_uniq"),
        ]

    def __str__(self) -> str:
        return f"{self.nome}/{self.uf}"
