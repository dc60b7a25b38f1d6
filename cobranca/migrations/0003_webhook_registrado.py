from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cobranca", "0002_parede")]

    operations = [
        migrations.AddField(
            model_name="instancia",
            name="webhook_url",
            field=models.CharField(
                blank=True, default="", editable=False, max_length=300, verbose_name="webhook registrado"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="instancia",
            name="webhook_resumo",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="instancia",
            name="webhook_registrado_em",
            field=models.DateTimeField(editable=False, null=True, verbose_name="webhook registrado em"),
        ),
        migrations.AddField(
            model_name="instancia",
            name="webhook_motivo",
            field=models.CharField(
                blank=True, default="", editable=False, max_length=200, verbose_name="falha do webhook"
            ),
            preserve_default=False,
        ),
    ]
