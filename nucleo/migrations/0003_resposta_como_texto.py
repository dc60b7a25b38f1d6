"""Keep the answer to an `Idempotency-Key` as it was given: jsonb sorted its members anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("nucleo", "0002_parede")]
    operations = [
        migrations.AlterField(
            model_name="chaveidempotencia",
            name="resposta",
            field=models.TextField(null=True),
        ),
    ]
