"""People, roles and who holds which, in one's own company."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from nucleo.admin.base import AdminDaEmpresa, InlineDaEmpresa, ator_do_pedido, empresa_do_pedido
from nucleo.admin.colunas import momento
from nucleo.admin.permissoes import PermissoesField
from nucleo.errors import ErroDeNegocio
from nucleo.models import Perfil, Usuario, Vinculo
from nucleo.services.alcance import permissoes_do_escritorio
from nucleo.services.empresas import perfil_gravar, vinculo_criar, vinculo_retirar
from nucleo.services.pessoas import pessoa_criar, senha_redefinir


@admin.register(Perfil)
class PerfilAdmin(AdminDaEmpresa):
    list_display = ("nome", "ativo")
    list_filter = ("ativo",)
    search_fields = ("nome",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # switched off instead: the trail names it

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "permissoes":
            return PermissoesField(permissoes_do_escritorio(), label="permissões", required=False)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        perfil_gravar(
            empresa=empresa_do_pedido(request),
            perfil=obj,
            ator=ator_do_pedido(request),
            permissoes=form.cleaned_data.get("permissoes"),
        )


class VinculosDaPessoa(InlineDaEmpresa):
    model = Vinculo
    fields = readonly_fields = ("perfil", "ativo", "criado_em")
    can_delete = False
    verbose_name_plural = "perfis nesta empresa"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PessoaNovaForm(forms.ModelForm):
    """A new person always starts with a perfil: without one they could not come in."""

    senha = forms.CharField(
        label="Senha inicial", widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
    )
    perfil = forms.ModelChoiceField(Perfil.objects.none(), label="Perfil", widget=UnfoldAdminSelectWidget())

    class Meta:
        model = Usuario
        fields = ("username", "nome", "email")
        widgets = {
            "username": UnfoldAdminTextInputWidget(),
            "nome": UnfoldAdminTextInputWidget(),
            "email": UnfoldAdminTextInputWidget(),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["perfil"].queryset = Perfil.objects.filter(ativo=True)  # type: ignore[attr-defined]


@admin.register(Usuario)
class UsuarioAdmin(AdminDaEmpresa):
    """The people who hold, or held, a perfil here. Their account is theirs: it may work elsewhere too."""

    list_display = ("username", "nome", "email", "ultima_entrada")
    search_fields = ("username", "nome")
    ordering = ("username",)
    fields = ("username", "nome", "email", "ultima_entrada")
    inlines = (VinculosDaPessoa,)
    actions = ("redefinir_senha",)
    ultima_entrada = momento("last_login", "última entrada")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Usuario]:
        return super().get_queryset(request).filter(vinculos__empresa=empresa_do_pedido(request)).distinct()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """A list filtered by `password__startswith` would spell out a hash, letter by letter."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else ("username", "nome", "email", "perfil", "senha")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = PessoaNovaForm
        return super().get_form(request, obj, change=change, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        if change:
            return
        criada = pessoa_criar(
            empresa=empresa_do_pedido(request),
            ator=ator_do_pedido(request),
            login=form.cleaned_data["username"],
            nome=form.cleaned_data["nome"],
            email=form.cleaned_data["email"],
            perfil=form.cleaned_data["perfil"],
            senha=form.cleaned_data["senha"],
        )
        obj.pk = criada.pk

    @admin.action(description="Redefinir a senha (mostra uma nova, uma só vez)", permissions=["change"])
    def redefinir_senha(self, request: HttpRequest, queryset: QuerySet[Usuario]) -> None:
        for pessoa in queryset:
            try:
                nova = senha_redefinir(
                    empresa=empresa_do_pedido(request), usuario=pessoa, ator=ator_do_pedido(request)
                )
            except ErroDeNegocio as exc:
                self.message_user(request, f"{pessoa.username}: {exc.detail}", messages.ERROR)
            else:
                self.message_user(request, f"Nova senha de {pessoa.username}: {nova}", messages.SUCCESS)


@admin.register(Vinculo)
class VinculoAdmin(AdminDaEmpresa):
    """Who holds which perfil. Taking one away works on the person's next request."""

    list_display = ("usuario", "perfil", "ativo", "criado_em")
    list_filter = ("ativo", "perfil")
    list_select_related = ("usuario", "perfil")
    search_fields = ("usuario__username", "usuario__nome", "perfil__nome")
    search_help_text = "Nome ou login da pessoa, ou o perfil"
    fields = ("usuario", "perfil", "ativo")
    actions = ("retirar", "devolver")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else ("ativo",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        empresa = empresa_do_pedido(request)
        if db_field.name == "usuario":
            kwargs["queryset"] = Usuario.objects.filter(vinculos__empresa=empresa).distinct()
        if db_field.name == "perfil":
            kwargs["queryset"] = Perfil.objects.filter(empresa=empresa, ativo=True)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        if not change:
            vinculo = vinculo_criar(
                empresa=empresa_do_pedido(request),
                usuario=obj.usuario,
                perfil=obj.perfil,
                ator=ator_do_pedido(request),
            )
            obj.pk = vinculo.pk

    @admin.action(description="Retirar o perfil", permissions=["change"])
    def retirar(self, request: HttpRequest, queryset: QuerySet[Vinculo]) -> None:
        for vinculo in queryset.select_related("perfil", "usuario"):
            self.executar(
                request,
                vinculo_retirar,
                f"{vinculo.usuario} não tem mais o perfil {vinculo.perfil}.",
                empresa=empresa_do_pedido(request),
                vinculo=vinculo,
                ator=ator_do_pedido(request),
            )

    @admin.action(description="Devolver o perfil", permissions=["change"])
    def devolver(self, request: HttpRequest, queryset: QuerySet[Vinculo]) -> None:
        for vinculo in queryset.select_related("perfil", "usuario"):
            self.executar(
                request,
                vinculo_criar,
                f"{vinculo.usuario} tem de novo o perfil {vinculo.perfil}.",
                empresa=empresa_do_pedido(request),
                usuario=vinculo.usuario,
                perfil=vinculo.perfil,
                ator=ator_do_pedido(request),
            )
