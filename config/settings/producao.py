"""Production: refuses to start with a missing or default secret, and speaks HTTPS only."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403
from config.settings.base import BASE_DIR, DATABASES, SECRET_KEY_PADRAO, env

PRODUCAO = True
DEBUG = False


def _obrigatoria(nome: str) -> str:
    valor = env.str(nome, default="")
    if not valor or valor == SECRET_KEY_PADRAO:
        raise ImproperlyConfigured(f"Defina {nome}: em produção ela não pode faltar nem ter o valor padrão.")
    return valor


SECRET_KEY = _obrigatoria("DJANGO_SECRET_KEY")
if len(SECRET_KEY) < 40:
    raise ImproperlyConfigured("DJANGO_SECRET_KEY precisa de pelo menos 40 caracteres.")
COBRANCA_CHAVE_CIFRA = _obrigatoria("COBRANCA_CHAVE_CIFRA")
# Nobody outside reaches a loopback address: without a public one the operator registers the webhooks.
COBRANCA_WEBHOOK_BASE = env.str("COBRANCA_WEBHOOK_BASE", default="").rstrip("/")
_obrigatoria("DATABASE_URL")
_obrigatoria("REDIS_URL")
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=[])
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("Defina DJANGO_ALLOWED_HOSTS com os nomes pelos quais o sistema é acessado.")

DATABASES["default"]["CONN_MAX_AGE"] = env.int("DJANGO_CONN_MAX_AGE", default=300)
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = env.bool("DJANGO_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Probes and Prometheus ask from inside, without the proxy that speaks HTTPS.
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_CONFIG = env.email("DJANGO_EMAIL_URL", default="smtp://localhost:25")
vars().update(EMAIL_CONFIG)
LOGGING = {"formato": env.str("LOG_FORMATO", default="json"), "nivel": env.str("LOG_NIVEL", default="INFO")}
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = False
