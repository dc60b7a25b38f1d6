"""Customers, municipalities and the counters behind the codes."""

import django.db.models.deletion
from django.db import migrations, models

import nucleo.models.base


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("nucleo", "0002_parede"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportacaoDeClientes",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("arquivo", models.CharField(max_length=200, verbose_name="arquivo")),
                ("chave", models.CharField(editable=False, max_length=64, verbose_name="conteúdo (SHA-256)")),
                ("conteudo", models.BinaryField(null=True)),
                (
                    "estado",
                    models.CharField(
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
                ("total", models.IntegerField(null=True, verbose_name="linhas")),
                ("ate_linha", models.IntegerField(default=0, verbose_name="até a linha")),
                ("lidas", models.IntegerField(default=0, verbose_name="lidas")),
                ("gravadas", models.IntegerField(default=0, verbose_name="gravadas")),
                ("com_erro", models.IntegerField(default=0, verbose_name="com erro")),
                ("por", models.CharField(blank=True, max_length=120, verbose_name="por")),
                ("criada_em", models.DateTimeField(auto_now_add=True, verbose_name="iniciada em")),
                ("concluida_em", models.DateTimeField(null=True, verbose_name="concluída em")),
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
            ],
            options={
                "verbose_name": "importação de clientes",
                "verbose_name_plural": "importações de clientes",
                "ordering": ["-id"],
            },
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
                        to="clientes.importacaodeclientes",
                        verbose_name="importação",
                    ),
                ),
            ],
            options={
                "verbose_name": "erro de importação",
                "verbose_name_plural": "erros de importação",
                "ordering": ["linha", "id"],
            },
        ),
        migrations.CreateModel(
            name="Municipio",
            fields=[
                (
                    "codigo_ibge",
                    models.IntegerField(primary_key=True, serialize=False, verbose_name="código IBGE"),
                ),
                ("nome", models.CharField(max_length=60, verbose_name="nome")),
                ("uf", models.CharField(max_length=2, verbose_name="UF")),
                ("chave", models.CharField(editable=False, max_length=60)),
            ],
            options={
                "verbose_name": "município",
                "verbose_name_plural": "municípios",
                "ordering": ["nome", "uf"],
                "constraints": [
                    models.UniqueConstraint(fields=("chave", "uf"), name="clientes_municipio_chave_uniq")
                ],
            },
        ),
        migrations.CreateModel(
            name="CodigoSequencia",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("numero_municipio", models.IntegerField(verbose_name="número do município")),
                ("ultima_sequencia", models.IntegerField(default=0, verbose_name="última sequência")),
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
                    "municipio",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clientes.municipio",
                        verbose_name="município",
                    ),
                ),
            ],
            options={
                "verbose_name": "sequência de códigos",
                "verbose_name_plural": "sequências de códigos",
                "db_table": "codigo_sequencias",
                "ordering": ["numero_municipio"],
            },
        ),
        migrations.CreateModel(
            name="Cliente",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "codigo_cliente",
                    models.CharField(db_collation="C", editable=False, max_length=9, verbose_name="código"),
                ),
                (
                    "tipo_pessoa",
                    models.CharField(
                        choices=[("fisica", "Pessoa física"), ("juridica", "Pessoa jurídica")],
                        default="fisica",
                        max_length=8,
                        verbose_name="tipo",
                    ),
                ),
                ("nome", models.CharField(max_length=150, verbose_name="nome ou razão social")),
                ("nome_fantasia", models.CharField(blank=True, max_length=150, verbose_name="nome fantasia")),
                (
                    "cpf_cnpj",
                    models.CharField(blank=True, db_collation="C", max_length=14, verbose_name="CPF/CNPJ"),
                ),
                (
                    "inscricao_estadual",
                    models.CharField(blank=True, max_length=20, verbose_name="inscrição estadual"),
                ),
                ("telefone", models.CharField(blank=True, max_length=20, verbose_name="telefone")),
                (
                    "telefone_secundario",
                    models.CharField(blank=True, max_length=20, verbose_name="outro telefone"),
                ),
                ("whatsapp", models.CharField(blank=True, max_length=20, verbose_name="WhatsApp")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "email_financeiro",
                    models.EmailField(blank=True, max_length=254, verbose_name="e-mail do financeiro"),
                ),
                ("cep", models.CharField(blank=True, max_length=8, verbose_name="CEP")),
                ("logradouro", models.CharField(blank=True, max_length=150, verbose_name="logradouro")),
                ("numero", models.CharField(blank=True, max_length=20, verbose_name="número")),
                ("complemento", models.CharField(blank=True, max_length=80, verbose_name="complemento")),
                ("bairro", models.CharField(blank=True, max_length=80, verbose_name="bairro")),
                (
                    "endereco_entrega",
                    models.TextField(blank=True, max_length=500, verbose_name="endereço de entrega"),
                ),
                ("observacoes", models.TextField(blank=True, max_length=4000, verbose_name="observações")),
                ("ativo", models.BooleanField(default=True, verbose_name="ativo")),
                ("chave_nome", models.CharField(editable=False, max_length=150)),
                ("criado_em", models.DateTimeField(auto_now_add=True, verbose_name="criado em")),
                ("atualizado_em", models.DateTimeField(auto_now=True, verbose_name="atualizado em")),
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
                    "municipio",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clientes.municipio",
                        verbose_name="município",
                    ),
                ),
            ],
            options={
                "verbose_name": "cliente",
                "verbose_name_plural": "clientes",
            },
        ),
        migrations.CreateModel(
            name="ContadorDeMunicipios",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ultimo_numero", models.IntegerField(default=0)),
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
            ],
            options={
                "verbose_name": "contador de municípios",
                "verbose_name_plural": "contadores de municípios",
                "db_table": "codigo_municipio_contadores",
                "constraints": [
                    models.UniqueConstraint(fields=("empresa",), name="codigo_municipio_contadores_uniq"),
                    models.CheckConstraint(
                        condition=models.Q(("ultimo_numero__gte", 0), ("ultimo_numero__lte", 1223055)),
                        name="codigo_municipio_contadores_faixa",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FaixaImportada",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "numero_municipio",
                    models.IntegerField(blank=True, null=True, verbose_name="número do município"),
                ),
                ("de", models.IntegerField(verbose_name="de")),
                ("ate", models.IntegerField(verbose_name="até")),
                ("origem", models.CharField(max_length=60, verbose_name="origem")),
                ("criada_em", models.DateTimeField(auto_now_add=True, verbose_name="criada em")),
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
            ],
            options={
                "verbose_name": "faixa importada",
                "verbose_name_plural": "faixas importadas",
                "db_table": "codigo_faixas_importadas",
                "indexes": [
                    models.Index(fields=["empresa", "numero_municipio"], name="codigo_faixas_numero_idx")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("de__gte", 1), ("ate__gte", models.F("de"))),
                        name="codigo_faixas_importadas_ordem",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="importacaodeclientes",
            constraint=models.UniqueConstraint(
                fields=("empresa", "chave"), name="clientes_importacao_chave_uniq"
            ),
        ),
        migrations.AddIndex(
            model_name="errodaimportacao",
            index=models.Index(
                fields=["empresa", "importacao", "linha"], name="clientes_erroimport_linha_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="codigosequencia",
            constraint=models.UniqueConstraint(
                fields=("empresa", "municipio"), name="codigo_sequencias_municipio_uniq"
            ),
        ),
        migrations.AddConstraint(
            model_name="codigosequencia",
            constraint=models.UniqueConstraint(
                fields=("empresa", "numero_municipio"), name="codigo_sequencias_numero_uniq"
            ),
        ),
        migrations.AddConstraint(
            model_name="codigosequencia",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("numero_municipio__gte", 1),
                    ("numero_municipio__lte", 1223055),
                    ("ultima_sequencia__gte", 0),
                    ("ultima_sequencia__lte", 1223055),
                ),
                name="codigo_sequencias_faixa",
            ),
        ),
        migrations.AddIndex(
            model_name="cliente",
            index=models.Index(
                fields=["empresa", "municipio", "chave_nome"], name="clientes_cliente_nome_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="cliente",
            index=models.Index(
                condition=models.Q(("telefone", ""), _negated=True),
                fields=["empresa", "telefone"],
                name="clientes_cliente_telefone_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="cliente",
            index=models.Index(
                condition=models.Q(("whatsapp", ""), _negated=True),
                fields=["empresa", "whatsapp"],
                name="clientes_cliente_whatsapp_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="cliente",
            constraint=models.UniqueConstraint(
                fields=("empresa", "codigo_cliente"), name="clientes_cliente_codigo_uniq"
            ),
        ),
        migrations.AddConstraint(
            model_name="cliente",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cpf_cnpj", ""), _negated=True),
                fields=("empresa", "cpf_cnpj"),
                name="clientes_cliente_cpf_cnpj_uniq",
            ),
        ),
        migrations.AddConstraint(
            model_name="cliente",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("codigo_cliente__regex", "^([0-9]{4}|[A-Z][0-9A-Z]{3})-([0-9]{4}|[A-Z][0-9A-Z]{3})$"),
                    models.Q(("codigo_cliente__regex", "(^0000|0000$)"), _negated=True),
                ),
                name="clientes_cliente_codigo_forma",
            ),
        ),
        migrations.AddConstraint(
            model_name="cliente",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cpf_cnpj", ""),
                    ("cpf_cnpj__regex", "^([0-9]{11}|[0-9A-Z]{12}[0-9]{2})$"),
                    _connector="OR",
                ),
                name="clientes_cliente_cpf_cnpj_forma",
            ),
        ),
        migrations.AddConstraint(
            model_name="cliente",
            constraint=models.CheckConstraint(
                condition=models.Q(("nome", ""), _negated=True), name="clientes_cliente_nome_presente"
            ),
        ),
    ]
