from django.db import migrations, models


class Migration(migrations.Migration):
    """When an import ended, as in the other apps' imports, instead of whether."""

    dependencies = [("estoque", "0006_validacao")]

    operations = [
        migrations.AddField(
            "importacaodemovimentacoes",
            "concluida_em",
            models.DateTimeField(null=True, verbose_name="concluída em"),
        ),
        migrations.RunSQL(
            "UPDATE estoque_importacaodemovimentacoes SET concluida_em = criada_em WHERE concluida",
            "UPDATE estoque_importacaodemovimentacoes SET concluida = true WHERE concluida_em IS NOT NULL",
        ),
        migrations.RemoveField("importacaodemovimentacoes", "concluida"),
    ]
