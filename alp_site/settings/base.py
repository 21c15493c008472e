"""Settings shared by dev, test and prod. What a user may tune per project is a row, not a setting."""

from __future__ import annotations

import dj_database_url

from alp_site.env import ENV, ROOT, kept_secret

BASE_DIR = ROOT
SECRET_KEY = ENV.secret_key or kept_secret(ENV.data_dir)
DEBUG = False
ALLOWED_HOSTS = list(ENV.allowed_hosts)

INSTALLED_APPS = [
    "alp_site.lib",
    "alp_site.people",
    "datasets",
    "models_registry",
    "annotation",
    "pipelines",
    "channels",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_q",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "alp_site.lib.middleware.PlainAddress",
    "alp_site.lib.static.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "alp_site.lib.middleware.ContentSecurityPolicy",
    "alp_site.lib.middleware.Timed",
]

ROOT_URLCONF = "alp_site.urls"
ASGI_APPLICATION = "alp_site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATA_DIR = ENV.data_dir
CACHE_DIR = ENV.cache_dir.expanduser()

SQLITE_OPTIONS = {
    # Writers queue at BEGIN instead of failing half-way when a read turns into a write.
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": (
        f"PRAGMA journal_mode=WAL; PRAGMA synchronous={ENV.sqlite_synchronous}; PRAGMA temp_store=MEMORY;"
        " PRAGMA mmap_size=268435456; PRAGMA cache_size=-65536;"
    ),
}
if ENV.database_url:
    DATABASES = {"default": dj_database_url.parse(ENV.database_url, conn_max_age=60, conn_health_checks=True)}
else:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": ENV.sqlite_file or str(DATA_DIR / "alp.sqlite3"),
            "OPTIONS": SQLITE_OPTIONS,
            "CONN_MAX_AGE": 60,
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["alp_site.people.services.backend.SessionBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/accounts/login/"

CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENV.redis_url}
        if ENV.redis_url
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
CHANNEL_LAYERS = (
    {
        "default": {
            "BACKEND": "alp_site.lib.layers.SharedLayer",
            # A socket with nothing to hear waits five seconds at a time in Redis. redis-py gives an answer up after
            # five of its own accord, and which came first was chance: the longer patience must be the client's.
            "CONFIG": {"hosts": [{"address": ENV.redis_url, "socket_timeout": 20}]},
        }
    }
    if ENV.redis_url
    else {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
)

_ORM_QUEUE = {"orm": "default", "broker_class": "alp_site.lib.bells.GatedOrm"}
_QUEUE = {
    "timeout": 24 * 3600,
    "retry": 25 * 3600,  # above timeout: the queue never offers a message whose worker may still run
    "max_attempts": 1,  # attempts are counted on the job's row
    "ack_failures": True,
    "save_limit": -1,  # the row is the record; django-q keeps none
    "poll": 0.3,
    "queue_limit": 8,
    "catch_up": False,
    "scheduler": False,
    "guard_cycle": 0.5,
    "label": "ALP",
    "log_level": "WARNING",
    **({"redis": ENV.redis_url} if ENV.redis_url else _ORM_QUEUE),
}
Q_CLUSTER = {
    "name": "default",
    **_QUEUE,
    "workers": ENV.default_workers,
    "ALT_CLUSTERS": {"ml": {**_QUEUE, "workers": ENV.ml_workers, "daemonize_workers": False, "recycle": 100000}},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "alp_site.people.api.authentication.TokenAuthentication",
        "alp_site.people.api.authentication.PageSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["alp_site.lib.parsers.PlainJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "alp_site.lib.schema.RouteSchema",
    "EXCEPTION_HANDLER": "alp_site.lib.web.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ALP",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [],  # choices stay where they stand: no shared enums whose names would have to be made up
}

STATIC_URL = "/static/"
STATICFILES_DIRS = [ROOT / "static" / "dist"] if (ROOT / "static" / "dist").is_dir() else []
STATIC_ROOT = None  # static/dist is served where Vite built it; nothing is collected
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9A-Za-z_-]{8,}\..+$"

DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 5000
MAX_UPLOAD_BYTES = ENV.max_upload_mb * 1024 * 1024
MAX_IMAGE_PIXELS = ENV.max_image_megapixels * 1_000_000
TILE_ABOVE_PIXELS = ENV.tile_above_megapixels * 1_000_000

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": ENV.log_level},
    "loggers": {
        "django.request": {"level": "ERROR"},  # a 404 or 400 is the client's affair; 5xx stay
        "django.server": {"level": "WARNING"},
        "uvicorn.access": {"level": "WARNING"},
        "django-q": {"level": "WARNING"},
        "pyvips": {"level": "WARNING"},
    },
}

# Mail of pipelines' Notify nodes; sent by jobs, so a slow server holds nobody up for long.
EMAIL_HOST = ENV.email_host
EMAIL_PORT = ENV.email_port
EMAIL_HOST_USER = ENV.email_user
EMAIL_HOST_PASSWORD = ENV.email_password
EMAIL_USE_TLS = ENV.email_tls
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = ENV.email_from
