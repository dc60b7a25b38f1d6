from django.apps import AppConfig


class OrcamentosConfig(AppConfig):
    name = "orcamentos"
    verbose_name = "Orçamentos"

    def ready(self) -> None:
        from nucleo import series
        from orcamentos.services.numeracao import SeriesDeOrcamentos

        series.registrar(SeriesDeOrcamentos())
