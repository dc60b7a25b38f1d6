"""The web process. It connects as `inquilino` and has no other view: see `nucleo.escopo`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
os.environ["BANCO_PAPEL"] = "web"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
