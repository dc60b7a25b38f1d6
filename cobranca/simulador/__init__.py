"""A simulated WhatsApp gateway: the part of Evolution API 2.3.6 that the product talks to.

It speaks real HTTP in a process of its own, answers with the byte shapes recorded on the real server
(tests/dados/evolution_gravado.json) and can be told to fail in every way seen there. It needs no Django:
``python -m cobranca.simulador`` runs it alone, ``manage.py simular_evolution`` with the settings.
"""
