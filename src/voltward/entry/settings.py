"""Django's settings, made from Voltward's own, which are read here once."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

from voltward.base.settings import Settings
from voltward.entry import postgres
from voltward.entry.secret_files import secret_text

VOLTWARD = Settings()


def _secret(name: str) -> str:
    """A secret of this installation; where none is made yet (linters, tests) a passing one."""
    return secret_text(VOLTWARD.data, name) if VOLTWARD.data.is_dir() else secrets.token_hex(32)


def database(url: str) -> dict[str, Any]:
    """A PostgreSQL address as Django wants it."""
    parts = conninfo_to_dict(url)
    known = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    named = {name: str(parts.pop(key, "") or "") for key, name in known.items()}
    return {
        "ENGINE": "voltward.entry.walled_postgres",
        **named,
        "OPTIONS": parts,
        "CONN_MAX_AGE": 60,
    }


def _databases() -> dict[str, dict[str, Any]]:
    """``default`` is the application's role; ``owner`` migrates and nothing else."""
    if VOLTWARD.database_url:
        owner = VOLTWARD.database_owner_url or VOLTWARD.database_url
        return {"default": database(VOLTWARD.database_url), "owner": database(owner)}
    if not VOLTWARD.data.is_dir():
        return {alias: database("postgresql:///voltward") for alias in ("default", "owner")}
    address = {role: postgres.database_url(VOLTWARD.data, role) for role in postgres.ROLES}
    return {"default": database(address[postgres.APP]), "owner": database(address[postgres.OWNER])}


DEBUG = False
SECRET_KEY = _secret("django.key")
DATABASES = _databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"  # what the database and the API speak
PAGE_TIME_ZONE = "Asia/Shanghai"  # what pages show

# ---- rooms

ROOMS = ("records", "fleet", "monitoring", "exchange")
INSTALLED_APPS = [
    "pgtrigger",
    "pghistory",
    "voltward.pages",
    "voltward.records",
    "voltward.fleet",
    "voltward.monitoring",
    "voltward.exchange",
    "voltward.entry",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
]
ROOT_URLCONF = "voltward.entry.urls"
ASGI_APPLICATION = "voltward.entry.asgi.application"
MIDDLEWARE = [
    "voltward.records.middleware.OriginMiddleware",
    "voltward.pages.middleware.HeaderMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "voltward.entry.static_files.StaticFilesMiddleware",
    "voltward.entry.metrics.MetricsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "voltward.records.middleware.MakerWallMiddleware",
    "voltward.records.sign_in_middleware.SignInMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "voltward.records.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "voltward.records.sign_in_middleware.WallScreenMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "voltward.records.middleware.GrantMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "voltward.pages.context.frame",
                "voltward.records.context.seat",
            ],
            "builtins": ["django.templatetags.i18n", "voltward.pages.templatetags.voltward"],
        },
    }
]

# ---- people

AUTH_USER_MODEL = "records.Person"
AUTHENTICATION_BACKENDS = ["voltward.records.login.PersonBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login", "display_name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "voltward.records.passwords.PolicyValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
# allauth brings factors and the company's sign-in; its own pages are not mounted
ACCOUNT_ADAPTER = "voltward.records.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "voltward.records.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
SOCIALACCOUNT_ADAPTER = "voltward.records.adapters.CompanyAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # form-action 'self' lets no form lead to another origin
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}

# ---- the browser's side; Secure cookies and HSTS as soon as the pages are reached by https

_ORIGIN = VOLTWARD.web_origin or f"http://{VOLTWARD.web}"
HTTPS = _ORIGIN.startswith("https://")
# without a public origin any name may lead here; nothing is ever built from the Host header
ALLOWED_HOSTS = (
    [str(urlsplit(_ORIGIN).hostname), "127.0.0.1", "localhost"] if VOLTWARD.web_origin else ["*"]
)
CSRF_TRUSTED_ORIGINS = [VOLTWARD.web_origin] if VOLTWARD.web_origin else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_PREFIX}voltward_session"
SESSION_COOKIE_AGE = round(VOLTWARD.session_hours * 3600)  # one shift
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = f"{_PREFIX}voltward_csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "voltward.pages.errors.forbidden"
LANGUAGE_COOKIE_NAME = "voltward_language"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# ---- words

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [str(Path(__file__).parents[1] / "locale")]
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = "voltward.entry.formats"

# ---- static files: straight from the package, no collecting step

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MAX_AGE = 3600  # addresses carry the file's hash, so a new file is fetched at once

# ---- API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "voltward.entry.api.authentication.BearerTokenAuthentication",
        "voltward.entry.api.authentication.PageSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["voltward.entry.api.permissions.HoldsGrant"],
    "DEFAULT_THROTTLE_CLASSES": ["voltward.entry.api.throttle.PerSecondThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "voltward.entry.api.paging.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "voltward.entry.api.errors.answer",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Voltward API",
    "DESCRIPTION": "Read-only access to vehicles and their telemetry. Authorization: Bearer TOKEN.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": False,
    "SCHEMA_PATH_PREFIX": "/api/",
}
API_PER_S = VOLTWARD.api_per_s

# ---- logs: to stderr, which the supervisor keeps

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "voltward.entry.log_lines.JsonLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": VOLTWARD.log_level},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
