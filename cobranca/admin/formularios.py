"""Forms of billing: they read what a person typed, the services check what it means."""

from typing import Any, Final

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from cobranca.models import Ciclo, Regua
from nucleo.admin.campos import SemRestricoes
from nucleo.errors import ErroDeValidacao
from nucleo.telefones import celular_normalizado


def _texto(rotulo: str, maximo: int, ajuda: str = "", *, obrigatorio: bool = True) -> forms.CharField:
    return forms.CharField(
        label=rotulo,
        max_length=maximo,
        help_text=ajuda,
        required=obrigatorio,
        widget=UnfoldAdminTextInputWidget(),
    )


class FormularioDoCiclo(SemRestricoes):
    """A new charge. Who is reminded comes with it, as in the API: the contato is found or made."""

    SIMPLES: Final = ("external_billing_id", "nome", "telefone", "codigo_cliente", "valor", "vencimento")
    PARTES: Final = (
        ("Quem será lembrado", {"fields": ("nome", ("telefone", "codigo_cliente"))}),
        ("Cobrança", {"fields": ("external_billing_id", ("valor", "vencimento"), "regua")}),
    )
    nome = _texto("nome", 120)
    telefone = _texto("WhatsApp", 60, "Celular com DDD.")
    codigo_cliente = _texto(
        "código do cliente", 20, "Quando é um cliente do cadastro: 0001-0001.", obrigatorio=False
    )

    class Meta:
        model = Ciclo
        fields = ("external_billing_id", "valor", "vencimento", "regua")
        help_texts = {
            "external_billing_id": "Número do boleto, da nota ou do orçamento: um só ciclo ativo por número.",
            "regua": "Vazio: a régua padrão para este tipo de cliente.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regua = self.fields["regua"]
        regua.required = False
        regua.queryset = Regua.objects.filter(ativa=True)  # type: ignore[attr-defined]

    def clean_telefone(self) -> str:
        """Say at once, beside the field, what is wrong with the number."""
        try:
            return celular_normalizado(self.cleaned_data["telefone"])
        except ErroDeValidacao as exc:
            raise forms.ValidationError(exc.detail, code=exc.code) from exc
