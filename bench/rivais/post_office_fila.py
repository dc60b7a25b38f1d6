"""The same job on django-post_office: its own queue and sender, with a backend that makes one HTTP call."""

import sys
import time
from urllib.parse import urlsplit

import django
import httpx
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

BANCO, URL, QUANTOS = sys.argv[1], sys.argv[2], int(sys.argv[3])


class Backend(BaseEmailBackend):
    """Sends the body to the gateway."""

    def open(self) -> bool:
        self.cliente = httpx.Client(headers={"apikey": "chave"})
        return True

    def close(self) -> None:
        self.cliente.close()

    def send_messages(self, email_messages: list) -> int:
        for email in email_messages:
            corpo = {"number": "5511980000001", "text": email.body, "linkPreview": False}
            self.cliente.post(f"{URL}/message/sendText/correio", json=corpo).raise_for_status()
        return len(email_messages)


def main() -> None:
    partes = urlsplit(BANCO)
    sys.modules["rival"] = sys.modules["__main__"]
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": partes.path.lstrip("/"),
                "USER": partes.username,
                "PASSWORD": partes.password or "",
                "HOST": partes.hostname or "",
                "PORT": partes.port or "",
                "OPTIONS": {"options": "-c search_path=correio,public"},
            }
        },
        POST_OFFICE={
            "BACKENDS": {"default": "rival.Backend"},
            "BATCH_SIZE": QUANTOS,
            "THREADS_PER_PROCESS": 1,
        },
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        USE_TZ=True,
        SECRET_KEY="bench",  # noqa: S106 - nothing is signed here
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from post_office.mail import send_many, send_queued

    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA IF NOT EXISTS correio")
    call_command("migrate", verbosity=0)
    send_many(
        [
            {"sender": "a@b.com.br", "recipients": [f"c{n}@b.com.br"], "message": f"Olá {n}"}
            for n in range(QUANTOS)
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE post_office_email")
    inicio = time.perf_counter()
    send_queued(processes=1)
    print(QUANTOS / (time.perf_counter() - inicio))


main()
