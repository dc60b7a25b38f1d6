"""A quote is found by the customer's own reference without reading all of them."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Built beside the office's work: a plain CREATE INDEX would stop every writer of quotes.
    atomic = False

    dependencies = [("orcamentos", "0005_estado_das_importacoes")]

    operations = [
        AddIndexConcurrently(
            model_name="orcamento",
            index=models.Index(
                condition=models.Q(("referencia_cliente", ""), _negated=True),
                fields=["empresa", "referencia_cliente"],
                name="detailed_budgets_ref_idx",
            ),
        ),
    ]
