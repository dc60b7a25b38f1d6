"""The test suite: owner's connection (it creates the schema), fast hashing, no limits on calls."""

import os

# Tests build the schema and rows of several empresas; `escopo` steps down to `inquilino` by itself.
os.environ.setdefault("BANCO_PAPEL", "dono")

from config.settings.base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CELERY_TASK_ALWAYS_EAGER = False
# Simulated gateways of the tests must not post to whatever runs on the default port.
COBRANCA_WEBHOOK_BASE = ""
# Tests travel in time; the database does not.
COBRANCA_RELOGIO_TOLERANCIA_S = 0
API_LIMITE_POR_MINUTO = 1_000_000
# No folder of collected files in a clean clone, and nobody needs one: files are found where they are.
WHITENOISE_AUTOREFRESH = True
