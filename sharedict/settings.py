"""Django's settings. Every value that differs between installations is read through ``sharedict.env``.

``SHAREDICT_MODE`` is ``development`` unless set: tracebacks stay hidden there too, but cookies travel without
TLS, the secret key is generated and demonstration data may be loaded; ``production`` refuses all of it.
"""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from sharedict import env
from sharedict.api_settings import REST_FRAMEWORK as REST_FRAMEWORK
from sharedict.api_settings import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("SHAREDICT_VAR", str(BASE_DIR / "var"))).absolute()

MODE = env.choice("SHAREDICT_MODE", ["development", "production"], "development")
IS_PRODUCTION = MODE == "production"
DEBUG = env.flag("SHAREDICT_DEBUG")
if IS_PRODUCTION and DEBUG:
    raise env.SettingError(
        "SHAREDICT_DEBUG",
        "is true, and production refuses it: every visitor would see the program's internals",
        "Write false, or remove it.",
    )

LOADS_DEMONSTRATION = env.flag("SHAREDICT_DEMONSTRATION", default=not IS_PRODUCTION)
if IS_PRODUCTION and LOADS_DEMONSTRATION:
    raise env.SettingError(
        "SHAREDICT_DEMONSTRATION",
        "is true, and production refuses demonstration data: their passwords are known",
        "Write false, or remove it.",
    )
DEMONSTRATION_LANGUAGE = env.choice("SHAREDICT_DEMONSTRATION_LANGUAGE", ["en", "sv"], "en")


def _development_key() -> str:
    """A key of this checkout, written once so that a restart signs nobody out."""
    path = VAR_DIR / "secret-key"
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    path.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return path.read_text(encoding="ascii")


SECRET_KEY = env.secret("SHAREDICT_SECRET_KEY")
if IS_PRODUCTION and len(SECRET_KEY) < 50:
    raise env.SettingError(
        "SHAREDICT_SECRET_KEY",
        "is too short" if SECRET_KEY else "is not set, and production needs it",
        "Write at least 50 random characters, or name a file with them in SHAREDICT_SECRET_KEY_FILE.",
    )
SECRET_KEY = SECRET_KEY or _development_key()

if IS_PRODUCTION:
    env.require("SHAREDICT_ORIGIN", "https://portal.example.se")
# Over http passwords would travel unprotected; who ends TLS is the server's affair, or a proxy's before it.
SCHEMES = ["https"] if IS_PRODUCTION else ["https", "http"]
ORIGIN = env.url("SHAREDICT_ORIGIN", SCHEMES, "https://portal.example.se")
if IS_PRODUCTION and not ORIGIN:
    raise env.SettingError(
        "SHAREDICT_ORIGIN",
        "is not set, and production needs it",
        "Write for example https://portal.example.se",
    )
ALLOWED_HOSTS = env.words("SHAREDICT_HOSTS", [] if IS_PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
if IS_PRODUCTION and "*" in ALLOWED_HOSTS:
    raise env.SettingError(
        "SHAREDICT_HOSTS",
        "accepts every host name, and production refuses it",
        "Name the hosts; the one of SHAREDICT_ORIGIN is always accepted.",
    )
if ORIGIN:
    ALLOWED_HOSTS.append(urlsplit(ORIGIN).hostname or "")
CSRF_TRUSTED_ORIGINS = [ORIGIN.rstrip("/")] if ORIGIN else []

INSTALLED_APPS = [
    "sharedict.apps.RepairConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_tables2",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "sharedict.apps.SharedictConfig",
    "sharedict.accounts",
    "sharedict.audit",
    "sharedict.jobs",
    "municipalities",
    "services",
    "agreements",
    "billing",
]

MIDDLEWARE = [
    "sharedict.common.requests.ReadableRequests",
    "sharedict.common.compression.CompressedTexts",
    "sharedict.common.sight.nobody_first",
    "sharedict.common.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sharedict.common.caching.nothing_kept",
    "sharedict.logs.one_line_each",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sharedict.accounts.unsaved.tell_unsaved",
    "sharedict.accounts.first_password.OwnPasswordFirst",
]

ROOT_URLCONF = "sharedict.urls"
WSGI_APPLICATION = "sharedict.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sharedict.navigation.navigation",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "components/table.html"
FILTERS_EMPTY_CHOICE_LABEL = _("All")

# Database. Sessions are rows too: Redis may be down or emptied without signing anybody out. The address used
# when none is set lets tools that need no database load the settings.
if IS_PRODUCTION:
    env.require("DATABASE_URL", "postgresql://user:password@db.example.se:5432/sharedict")
    env.require("REDIS_URL", "redis://redis.example.se:6379/0")
DATABASES = {
    "default": env.postgresql("DATABASE_URL", "postgresql://127.0.0.1/sharedict")
    | {
        "CONN_MAX_AGE": env.integer("SHAREDICT_CONNECTION_SECONDS", 60),
        "CONN_HEALTH_CHECKS": True,
        # who asks is told with the question: a cursor that is read on later would answer whoever asks then
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}
# Only what migrates is told the owner's login; see sharedict.common.roles.
DATABASE_OWNER = env.postgresql("DATABASE_OWNER_URL") if env.secret("DATABASE_OWNER_URL") else None
if DATABASE_OWNER and DATABASE_OWNER["USER"] == DATABASES["default"]["USER"]:
    raise env.SettingError(
        "DATABASE_OWNER_URL",
        "names the login of DATABASE_URL",
        "Name the login that owns the tables, or remove it: then one login does for both.",
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Sign-in
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_RESET_TIMEOUT = 2 * 60 * 60  # seconds that the link of a letter works, once
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "sharedict.accounts.passwords.Guessable"},
]

# Mail. Without a server letters go to a folder on a desk, and nowhere in production: the portal then gives
# whoever would have sent one the link to hand over.
_mail_server = env.smtp("SHAREDICT_MAIL_URL")
if _mail_server:
    env.require("SHAREDICT_MAIL_FROM", "Portal <portal@example.se>")
EMAIL_HOST, EMAIL_PORT = _mail_server.get("EMAIL_HOST", "localhost"), _mail_server.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _mail_server.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _mail_server.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _mail_server.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail_server.get("EMAIL_USE_SSL", False)
MAIL_FOLDER = None if _mail_server or IS_PRODUCTION else VAR_DIR / "mail"
SENDS_MAIL = bool(_mail_server or MAIL_FOLDER)
EMAIL_BACKEND = "django.core.mail.backends." + (
    "smtp.EmailBackend" if _mail_server else "filebased.EmailBackend" if MAIL_FOLDER else "dummy.EmailBackend"
)
EMAIL_FILE_PATH = MAIL_FOLDER
EMAIL_TIMEOUT = env.integer("SHAREDICT_MAIL_SECONDS", 10, least=1, most=50)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.sender("SHAREDICT_MAIL_FROM", "portal@localhost")
EMAIL_SUBJECT_PREFIX = ""

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("sv", "Svenska")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["sharedict.formats"]
USE_I18N = True
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True

# Files
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if IS_PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not IS_PRODUCTION
WHITENOISE_AUTOREFRESH = not IS_PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# Headers and cookies; the content security policy is in sharedict.common.csp
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_PRODUCTION
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SECURE_SSL_REDIRECT = IS_PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_PRODUCTION else 0
# The portal is one host of a municipality's domain and cannot speak for the others.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if env.flag("SHAREDICT_TRUST_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
PROXIES = env.integer("SHAREDICT_PROXIES", 1 if env.flag("SHAREDICT_TRUST_PROXY") else 0, most=9)

# Jobs. The row is the truth and the message a wake-up, so a lost or repeated message costs nothing; still,
# a killed child's message is handed out again, and the hard limit stays under half the visibility timeout so
# that a slow job is never handed out twice while it runs.
REDIS_URL = env.url(
    "REDIS_URL",
    ["redis", "rediss", "unix"],
    "redis://redis.example.se:6379/0",
    default="redis://127.0.0.1:6379/0",
)
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)  # the same socket in Celery's words
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_throttle": 1,
    "max_retries": 0,
    "socket_connect_timeout": 0.5,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 840
CELERY_TASK_SOFT_TIME_LIMIT = 780
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.integer("SHAREDICT_WORKER_PROCESSES", 2, least=1, most=64)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "sharedict.jobs.tasks.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "tidy": {"task": "sharedict.jobs.tasks.tidy", "schedule": crontab(hour="3", minute="30")},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} [{request_id}]: {message}", "style": "{"}
    },
    "filters": {
        "outage": {"()": "sharedict.celery.OneLineForAnOutage"},
        "refusal": {"()": "sharedict.logs.OneLineForARefusal"},
        "request": {"()": "sharedict.logs.WithRequestId"},
        "secrets": {"()": "sharedict.logs.WithoutSecrets"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["outage", "refusal", "request", "secrets"],
        }
    },
    "root": {
        "handlers": ["console"],
        "level": env.choice("SHAREDICT_LOG_LEVEL", ["debug", "info", "warning", "error"], "info").upper(),
    },
    "loggers": {
        # Django's own handlers would say the same once more, and in another form.
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {"handlers": ["console"], "propagate": False},
        # A sweep every five seconds would drown everything else; jobs report themselves.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
