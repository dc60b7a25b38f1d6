"""The form of one's own company: what a person types, and the logo that the print shows."""

from collections.abc import Callable
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from nucleo.documentos import documento_formatado, documento_normalizado
from nucleo.errors import ErroDeValidacao
from nucleo.logotipo import TAMANHO_MAXIMO
from nucleo.models import Empresa
from nucleo.telefones import telefone_formatado, telefone_normalizado


def _livre(rotulo: str, maximo: int, ajuda: str = "") -> forms.CharField:
    """A field longer than its column: people type punctuation. The service reads it."""
    return forms.CharField(
        label=rotulo, max_length=maximo, required=False, help_text=ajuda, widget=UnfoldAdminTextInputWidget()
    )


class CamposDaEmpresa(forms.ModelForm):
    cnpj = _livre("CNPJ", 40, "Com ou sem pontuação.")
    telefone = _livre("telefone", 60, "Com DDD.")
    chave_pix = _livre("chave Pix", 77, "CPF, CNPJ, celular, e-mail ou chave aleatória; sai no orçamento.")
    logotipo = forms.FileField(
        label="logotipo",
        required=False,
        help_text=f"PNG, JPEG ou SVG de até {TAMANHO_MAXIMO // 1024} KB; sai no orçamento impresso.",
        widget=UnfoldAdminFileFieldWidget(),
    )
    sem_logotipo = forms.BooleanField(
        label="retirar o logotipo", required=False, widget=UnfoldBooleanWidget()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        empresa: Empresa | None = kwargs.get("instance")
        if empresa is not None:
            formatados = {
                "cnpj": documento_formatado(empresa.cnpj),
                "telefone": telefone_formatado(empresa.telefone),
            }
            kwargs["initial"] = formatados | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        if "sem_logotipo" in self.fields and (empresa is None or not empresa.logo):
            self.fields["sem_logotipo"].disabled = True

    def clean_cnpj(self) -> str:
        return self._lido("cnpj", documento_normalizado)

    def clean_telefone(self) -> str:
        return self._lido("telefone", telefone_normalizado)

    def _lido(self, campo: str, ler: Callable[..., str]) -> str:
        """Read here already: as typed it may not fit the column that the form tries it on."""
        try:
            return ler(self.cleaned_data[campo], campo=campo) if self.cleaned_data[campo] else ""
        except ErroDeValidacao as erro:
            raise forms.ValidationError(erro.detail, code=erro.code) from erro

    def clean_logotipo(self) -> Any:
        arquivo = self.cleaned_data["logotipo"]
        if arquivo and arquivo.size > TAMANHO_MAXIMO:
            raise forms.ValidationError(
                f"O logotipo passa de {TAMANHO_MAXIMO // 1024} KB; reduza a imagem.", code="logotipo_invalido"
            )
        return arquivo

    def mudancas(self) -> dict[str, Any]:
        """Return what was changed, as the service takes it."""
        dados = {campo: self.cleaned_data[campo] for campo in self.changed_data}
        arquivo, retirar = dados.pop("logotipo", None), dados.pop("sem_logotipo", False)
        if arquivo:
            dados["logo"] = arquivo.read()
        elif retirar:
            dados["logo"] = None
        return dados
