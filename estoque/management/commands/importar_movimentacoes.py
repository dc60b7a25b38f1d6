from estoque.services.importacao import importacao_abrir, importacao_executar
from nucleo.management.importacao import ComandoDeImportacao


class Command(ComandoDeImportacao):
    help = "Importa movimentações de CSV ou XLSX, em blocos; o mesmo arquivo continua onde parou."
    abrir = staticmethod(importacao_abrir)
    importar = staticmethod(importacao_executar)
