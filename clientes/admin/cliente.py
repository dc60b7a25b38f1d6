from django.contrib import admin

from clientes.models import Cliente
from nucleo.admin import AdminDaEmpresa


@admin.register(Cliente)
class ClienteAdmin(AdminDaEmpresa):
    list_display = ("codigo_cliente", "nome", "municipio", "telefone", "ativo")
    list_filter = ("ativo", "tipo_pessoa")
    list_select_related = ("municipio",)
