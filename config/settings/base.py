"""Settings common to every environment. The environment decides; `.env.example` lists every key read.

The servers' addresses come from the environment: whoever starts a process (`manage.py`, the
supervisor, the test plugin) has put `DATABASE_URL` and `REDIS_URL` there, embedded or not.
"""

from pathlib import Path
from typing import Any

import environ

from config.settings.escritorio import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(str(BASE_DIR / ".env"))

PRODUCAO = False
DEBUG = env.bool("DJANGO_DEBUG", default=False)
SECRET_KEY_PADRAO = "inseguro-somente-para-desenvolvimento"  # noqa: S105 - production refuses it
SECRET_KEY = env.str("DJANGO_SECRET_KEY", default=SECRET_KEY_PADRAO)
ALLOWED_HOSTS: list[str] = env.list("DJANGO_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("DJANGO_CSRF_TRUSTED_ORIGINS", default=[])

# A relative one counts from the project, as for the embedded servers.
DADOS_DIR = BASE_DIR / (env.str("DADOS_DIR", default="") or ".dados")
PORT = env.int("PORT", default=8000)
SIMULADOR_PORT = env.int("SIMULADOR_PORT", default=8090)

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_prometheus",
    "nucleo",
    "sessions_ctx",
    "clientes",
    "estoque",
    "orcamentos",
    "cobranca",
    "config",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "config.identificacao.IdentificarPedido",
    "django.middleware.security.SecurityMiddleware",
    "config.seguranca.SegurancaMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.enderecos.EnderecosMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # An API key names its empresa; a browser session's active perfil names it otherwise.
    "nucleo.api.middleware.ChaveApiMiddleware",
    "sessions_ctx.middleware.ContextoMiddleware",
    "cobranca.middleware.VigiaDaAgenda",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            # Every {% csrf_token %} also says in which empresa its form was opened (promise S).
            "builtins": ["sessions_ctx.templatetags.cerca"],
        },
    },
]

# Promise T: a process connects as `inquilino` from the start, so a connection that is lost and
# reopened behind our back comes up just as closed. Only the commands that define the schema say `dono`.
# `web` is `inquilino` without a way back: with a login of its own where there is one (production).
BANCO_PAPEL = env.str("BANCO_PAPEL", default="inquilino")
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url(
        "DATABASE_URL_INQUILINO"
        if BANCO_PAPEL == "web" and env.str("DATABASE_URL_INQUILINO", default="")
        else "DATABASE_URL",
        default="postgres:///backoffice",
    )
}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DJANGO_CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"]["options"] = (
    "-c search_path=public" if BANCO_PAPEL == "dono" else "-c role=inquilino -c search_path=public"
)
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
# kombu wants its own scheme for a Redis behind a unix socket, and its own word for the database's number.
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
    if REDIS_URL.startswith("unix://")
    else REDIS_URL
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 14 * 60
# Longer than the longest task, or Redis would hand a running task out a second time.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 60 * 60}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "config.agendador:Agendador"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "America/Sao_Paulo"
CELERY_ENABLE_UTC = True
DJANGO_CELERY_BEAT_TZ_AWARE = True

AUTH_USER_MODEL = "nucleo.Usuario"
AUTHENTICATION_BACKENDS = ["nucleo.autenticacao.PerfilBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
CSRF_FAILURE_VIEW = "config.erros.csrf_recusado"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSAO_OCIOSA_S = env.int("SESSAO_OCIOSA_S", default=8 * 60 * 60)
SESSAO_ABSOLUTA_S = env.int("SESSAO_ABSOLUTA_S", default=7 * 24 * 60 * 60)
SESSION_COOKIE_AGE = SESSAO_ABSOLUTA_S
# Wrong passwords allowed per login and per address within LOGIN_JANELA_S; then a pause of as long.
LOGIN_TENTATIVAS = env.int("LOGIN_TENTATIVAS", default=5)
LOGIN_TENTATIVAS_ENDERECO = env.int("LOGIN_TENTATIVAS_ENDERECO", default=100)
LOGIN_JANELA_S = env.int("LOGIN_JANELA_S", default=15 * 60)
# How many proxies of ours stand before the web process (each appends to X-Forwarded-For).
PROXIES_CONFIAVEIS = env.int("PROXIES_CONFIAVEIS", default=0)

LANGUAGE_CODE = "pt-br"
TIME_ZONE = "America/Sao_Paulo"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["config.formatos"]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]

STATIC_URL = "static/"
# Served from the packages themselves; production collects them first.
STATIC_ROOT: Path | None = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
MEDIA_ROOT = DADOS_DIR / "media"

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = env.str("DJANGO_EMAIL_REMETENTE", default="backoffice@localhost")
# An alert must not hold a worker until a mail server that hangs gives up.
EMAIL_TIMEOUT = 10
ALERTAS_EMAIL: list[str] = env.list("ALERTAS_EMAIL", default=[])

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "nucleo.api.autenticacao.ChaveApiAuthentication",
        "nucleo.api.autenticacao.SessaoComContextoAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["nucleo.api.permissoes.TemEmpresa"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["nucleo.api.leitura.LeitorJson"],
    "DEFAULT_PAGINATION_CLASS": "nucleo.api.paginacao.PaginacaoPorCursor",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_THROTTLE_CLASSES": ["nucleo.api.limites.LimitePorEmpresa"],
    "DEFAULT_METADATA_CLASS": "nucleo.api.metadados.Metodos",
    "DEFAULT_SCHEMA_CLASS": "config.esquema.Esquema",
    "EXCEPTION_HANDLER": "nucleo.api.problemas.responder_problema",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
}
API_LIMITE_POR_MINUTO = env.int("API_LIMITE_POR_MINUTO", default=6000)
# How long a request repeated under its `Idempotency-Key` gets its first answer again.
IDEMPOTENCIA_DIAS = env.int("IDEMPOTENCIA_DIAS", default=30)
SPECTACULAR_SETTINGS = {
    "TITLE": "Backoffice API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "StatusDoOrcamento": "orcamentos.models.Status",
        "StatusDaMensagem": "cobranca.models.Mensagem.Status",
        "StatusDoCiclo": "cobranca.models.Ciclo.Status",
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

COBRANCA_RODADA_S = env.int("COBRANCA_RODADA_S", default=10)
COBRANCA_TIMEOUT_S = env.int("COBRANCA_TIMEOUT_S", default=90)
# A message younger than the longest possible request may still be on its way: never call it stuck.
COBRANCA_PRESA_APOS_S = max(env.int("COBRANCA_PRESA_APOS_S", default=3600), 120 + COBRANCA_TIMEOUT_S)
# Where the gateways reach this installation; empty: webhooks are registered by hand.
COBRANCA_WEBHOOK_BASE = env.str("COBRANCA_WEBHOOK_BASE", default=f"http://127.0.0.1:{PORT}").rstrip("/")
COBRANCA_CHAVE_CIFRA = env.str("COBRANCA_CHAVE_CIFRA", default="")
# How long an answered health check of a sender stands, how long it rests after failures, and the first
# pause before a message is tried again (both double).
COBRANCA_VERIFICAR_S = env.int("COBRANCA_VERIFICAR_S", default=60)
COBRANCA_DESCANSO_S = env.int("COBRANCA_DESCANSO_S", default=60)
COBRANCA_RETENTATIVA_S = env.int("COBRANCA_RETENTATIVA_S", default=60)
# What is uncertain is looked up only after the longest possible request is over, with room for its clock.
COBRANCA_INCERTA_APOS_S = 120 + COBRANCA_TIMEOUT_S
# A host whose clock is further from the database's neither sends nor looks up (0: any clock will do).
COBRANCA_RELOGIO_TOLERANCIA_S = 60

# Which app labels each default perfil of a new empresa may change, and which it may only see.
PERFIS_PADRAO: dict[str, dict[str, list[str]]] = {
    "gerente": {
        "muda": ["nucleo", "sessions_ctx", "clientes", "orcamentos", "estoque", "cobranca"],
        "ve": [],
    },
    "vendas": {"muda": ["clientes", "orcamentos"], "ve": ["estoque"]},
    "estoque": {"muda": ["estoque"], "ve": ["orcamentos"]},
    "cobrança": {"muda": ["cobranca"], "ve": ["clientes", "orcamentos"]},
}

LOG_FORMATO = env.str("LOG_FORMATO", default="texto")
LOG_NIVEL = env.str("LOG_NIVEL", default="INFO")
LOGGING_CONFIG = "nucleo.registro.configurar"
LOGGING = {"formato": LOG_FORMATO, "nivel": LOG_NIVEL}
