"""Imports that ended before they had a state are finished."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orcamentos", "0004_importacao_do_escritorio")]

    operations = [
        migrations.RunSQL(
            "UPDATE budget_importacoes SET estado = 'concluida' WHERE concluida_em IS NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]
