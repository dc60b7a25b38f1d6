from django.db import migrations


class Migration(migrations.Migration):
    """The claim asks for the sender's turn itself: the index only made claims slow (docs/adr/0014)."""

    dependencies = [("cobranca", "0003_webhook_registrado")]

    operations = [
        migrations.RemoveConstraint(model_name="mensagem", name="cobranca_mensagem_em_voo_uniq"),
    ]
