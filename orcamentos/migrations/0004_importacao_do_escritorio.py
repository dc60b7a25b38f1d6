"""Quotes come in through the office too: the file that waits, its state, and the rows that were refused."""

import django.db.models.deletion
from django.db import migrations, models

import nucleo.models.base
from nucleo.parede import erguer_parede


class Migration(migrations.Migration):
    dependencies = [("orcamentos", "0003_importacao_comum")]

    operations = [
        migrations.AlterModelOptions(
            name="importacaodeorcamentos",
            options={
                "ordering": ["-id"],
                "verbose_name": "importação de orçamentos",
                "verbose_name_plural": "importações de orçamentos",
            },
        ),
        migrations.AddField(
            model_name="importacaodeorcamentos",
            name="conteudo",
            field=models.BinaryField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="importacaodeorcamentos",
            name="estado",
            field=models.CharField(
                choices=[
                    ("conferida", "Conferida, aguarda confirmação"),
                    ("em_curso", "Em curso"),
                    ("concluida", "Concluída"),
                ],
                default="em_curso",
                max_length=10,
                verbose_name="estado",
            ),
        ),
        migrations.AddField(
            model_name="importacaodeorcamentos",
            name="total",
            field=models.IntegerField(null=True, verbose_name="linhas"),
        ),
        migrations.CreateModel(
            name="ErroDaImportacao",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("linha", models.IntegerField(verbose_name="linha")),
                ("campo", models.CharField(blank=True, max_length=60, verbose_name="campo")),
                ("codigo", models.CharField(max_length=60, verbose_name="código")),
                ("motivo", models.CharField(max_length=400, verbose_name="motivo")),
                (
                    "empresa",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="nucleo.empresa",
                    ),
                ),
                (
                    "importacao",
                    nucleo.models.base.ChaveInquilino(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="erros",
                        to="orcamentos.importacaodeorcamentos",
                        verbose_name="importação",
                    ),
                ),
            ],
            options={
                "verbose_name": "erro de importação",
                "verbose_name_plural": "erros de importação",
                "db_table": "budget_importacao_erros",
                "ordering": ["linha", "id"],
                "indexes": [
                    models.Index(
                        fields=["empresa", "importacao", "linha"], name="budget_importacao_erros_idx"
                    )
                ],
            },
        ),
        erguer_parede(
            "budget_importacao_erros",
            chaves=[("importacao_id", "budget_importacoes")],
            direitos="SELECT, INSERT",
        ),
    ]
