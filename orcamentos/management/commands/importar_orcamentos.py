from nucleo.management.importacao import ComandoDeImportacao
from orcamentos.services.importacao import importacao_abrir, importacao_conferir, importacao_executar


class Command(ComandoDeImportacao):
    help = "Importa orçamentos de CSV ou XLSX, uma linha por item; o mesmo arquivo continua onde parou."
    abrir = staticmethod(importacao_abrir)
    importar = staticmethod(importacao_executar)
    conferir = staticmethod(importacao_conferir)
