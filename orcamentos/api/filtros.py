import django_filters

from nucleo.datas import data_lida
from orcamentos.models import Orcamento, Status
from orcamentos.models.numeracao import numero_lido


class FiltroDeOrcamentos(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=Status.choices)
    cliente = django_filters.NumberFilter(field_name="cliente_id")
    budget_number = django_filters.CharFilter(method="pelo_numero")
    data_de = django_filters.CharFilter(method="desde")
    data_ate = django_filters.CharFilter(method="ate")

    class Meta:
        model = Orcamento
        fields: list[str] = []

    def desde(self, consulta, nome, valor):  # type: ignore[no-untyped-def]
        return consulta.filter(data__gte=data_lida(valor, campo=nome))

    def ate(self, consulta, nome, valor):  # type: ignore[no-untyped-def]
        return consulta.filter(data__lte=data_lida(valor, campo=nome))

    def pelo_numero(self, consulta, nome, valor):  # type: ignore[no-untyped-def]
        ano, numero = numero_lido(valor)
        return consulta.filter(ano=ano, numero=numero)
