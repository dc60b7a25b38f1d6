"""The customer's form: what a person types, checked by the same rules as API and spreadsheets."""

from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from clientes.models import Cliente
from clientes.services import duplicados_conferir
from clientes.services.dados import dados_validados
from nucleo.documentos import documento_formatado
from nucleo.errors import Conflito, ErroDeValidacao, ErrosDeValidacao
from nucleo.models import Empresa
from nucleo.telefones import telefone_formatado
from nucleo.textos import cep_formatado


def _livre(rotulo: str, maximo: int, ajuda: str = "") -> forms.CharField:
    """A field longer than its column: people type punctuation."""
    return forms.CharField(
        label=rotulo, max_length=maximo, required=False, help_text=ajuda, widget=UnfoldAdminTextInputWidget()
    )


class FormularioDoCliente(forms.ModelForm):
    """A likely duplicate is asked about before it is saved: a number once spent stays spent."""

    # Set by the admin on the class it makes for one request.
    empresa: ClassVar[Empresa | None] = None

    outro_cliente = forms.BooleanField(
        label="É outro cliente: salvar mesmo assim", required=False, widget=forms.HiddenInput
    )
    cpf_cnpj = _livre("CPF/CNPJ", 40, "Com ou sem pontuação; também o CNPJ alfanumérico.")
    inscricao_estadual = _livre("inscrição estadual", 30, "Algarismos, ou ISENTO.")
    telefone = _livre("telefone", 60, "Com DDD, fixo ou celular.")
    telefone_secundario = _livre("outro telefone", 60)
    whatsapp = _livre("WhatsApp", 60, "Celular com DDD.")
    cep = _livre("CEP", 12)

    class Meta:
        model = Cliente
        fields = (
            "tipo_pessoa",
            "nome",
            "nome_fantasia",
            "cpf_cnpj",
            "inscricao_estadual",
            "telefone",
            "telefone_secundario",
            "whatsapp",
            "email",
            "email_financeiro",
            "municipio",
            "cep",
            "logradouro",
            "numero",
            "complemento",
            "bairro",
            "endereco_entrega",
            "observacoes",
            "ativo",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        cliente = kwargs.get("instance")
        if cliente is not None and cliente.pk:
            kwargs["initial"] = _formatados(cliente) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        if "tipo_pessoa" in self.fields:
            self.fields["tipo_pessoa"].required = False
            self.fields["tipo_pessoa"].help_text = "O documento, quando há, decide."

    def clean(self) -> dict[str, Any]:
        dados: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return dados
        try:
            limpos = dados_validados(self.dados(), atual=self.instance if self.instance.pk else None)
        except ErroDeValidacao as erro:
            for um in erro.erros if isinstance(erro, ErrosDeValidacao) else [erro]:
                campo = "municipio" if um.field in ("municipio_ibge", "uf") else um.field
                self.add_error(campo if campo in self.fields else None, um.detail)
            return dados
        if self.empresa is not None and not self.instance.pk:
            self._perguntar_se_e_outro(Cliente(empresa=self.empresa, **limpos))
        return dados | {campo: valor for campo, valor in limpos.items() if campo in self.fields}

    def _perguntar_se_e_outro(self, cliente: Cliente) -> None:
        try:
            avisos = duplicados_conferir(cliente)
        except Conflito as erro:
            self.add_error("cpf_cnpj", erro.detail)
            return
        if avisos:
            self.fields["outro_cliente"].widget = UnfoldBooleanWidget()
        if avisos and not self.cleaned_data.get("outro_cliente"):
            ditos = " ".join(aviso["detail"] for aviso in avisos)
            self.add_error("outro_cliente", f"{ditos} Se é outro, marque aqui e salve de novo.")

    def dados(self) -> dict[str, Any]:
        """Return the fields as the services take them."""
        alheios = ("municipio", "outro_cliente")
        dados = {campo: self.cleaned_data.get(campo) for campo in self.fields if campo not in alheios}
        municipio = self.cleaned_data.get("municipio")
        # The document says what the customer is; a choice left over from before must not contradict it.
        if dados.get("cpf_cnpj"):
            dados.pop("tipo_pessoa", None)
        return dados | {"municipio_ibge": municipio.pk if municipio else None}


def _formatados(cliente: Cliente) -> dict[str, str]:
    fones = ("telefone", "telefone_secundario", "whatsapp")
    return {
        "cpf_cnpj": documento_formatado(cliente.cpf_cnpj),
        "cep": cep_formatado(cliente.cep),
        **{fone: telefone_formatado(getattr(cliente, fone)) for fone in fones},
    }
