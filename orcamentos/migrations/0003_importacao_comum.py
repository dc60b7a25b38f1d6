from django.db import migrations, models
from django.utils import timezone

POSICAO = {
    "ate_linha": "até a linha",
    "lidas": "lidas",
    "gravadas": "gravadas",
    "com_erro": "com erro",
}


class Migration(migrations.Migration):
    """The columns that the imports of all apps have."""

    dependencies = [("orcamentos", "0002_parede")]

    operations = [
        migrations.AddField(
            "importacaodeorcamentos", "por", models.CharField(blank=True, max_length=120, verbose_name="por")
        ),
        migrations.AddField(
            "importacaodeorcamentos",
            "criada_em",
            models.DateTimeField(auto_now_add=True, default=timezone.now, verbose_name="iniciada em"),
            preserve_default=False,
        ),
        migrations.AddField(
            "importacaodeorcamentos",
            "concluida_em",
            models.DateTimeField(null=True, verbose_name="concluída em"),
        ),
        migrations.RemoveField("importacaodeorcamentos", "atualizada_em"),
        migrations.AlterField(
            "importacaodeorcamentos",
            "chave",
            models.CharField(editable=False, max_length=64, verbose_name="conteúdo (SHA-256)"),
        ),
        *(
            migrations.AlterField(
                "importacaodeorcamentos", campo, models.IntegerField(default=0, verbose_name=nome)
            )
            for campo, nome in POSICAO.items()
        ),
    ]
