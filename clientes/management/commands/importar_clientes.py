from clientes.services.importacao import importacao_abrir, importacao_conferir, importacao_executar
from nucleo.management.importacao import ComandoDeImportacao


class Command(ComandoDeImportacao):
    help = "Importa clientes de CSV ou XLSX, em blocos de 100; o mesmo arquivo continua onde parou."
    abrir = staticmethod(importacao_abrir)
    importar = staticmethod(importacao_executar)
    conferir = staticmethod(importacao_conferir)
