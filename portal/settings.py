"""Settings of the portal, read from the environment.

Every variable has a default that suits the embedded demo; `docs/operations.md` lists them.
"""

import os
from importlib.metadata import distribution
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from whitenoise.compress import Compressor

from portal.core.env import env_flag, env_int
from portal.core.identity_config import (
    content_security_policy,
    electronic_licence,
    openid_providers,
    organisation_claims,
)
from portal.core.log_config import log_config
from portal.core.message_config import *  # noqa: F403
from portal.core.message_config import message_providers
from portal.core.period_config import *  # noqa: F403
from portal.core.redis_config import cache_config, transport_options
from portal.installed_apps import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env_flag("DEBUG")
DEMO = env_flag("DEMO")
DATA_DIR = Path(os.environ.get("DATA_DIR", BASE_DIR / "var")).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    if not (DEBUG or DEMO):
        raise ImproperlyConfigured("SECRET_KEY is empty: set it to a long random string (DEMO=1 uses a fixed one).")
    SECRET_KEY = "demo-only-key-that-protects-nothing-real-0123456789"
# Keys used before: what they signed (sessions, links, tokens) stays good until it runs out.
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("SECRET_KEY_FALLBACKS", "").split(",") if key]
# Keys of encrypted columns as `id:secret`, the newest first (`portal.core.encryption`); and the cipher.
FIELD_KEYS = [pair.partition(":")[::2] for pair in os.environ.get("FIELD_KEYS", "").split(",") if pair]
FIELD_CIPHER = os.environ.get("FIELD_CIPHER", "aes-gcm")
ALLOWED_HOSTS = [h for h in os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://localhost:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

MIDDLEWARE = [
    "portal.middleware.observation.ObservationMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.compressed_pages.CompressedPagesMiddleware",
    "csp.middleware.CSPMiddleware",
    # Before whatever reads a body.
    "portal.middleware.body_limit.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.middleware.private_pages.PrivatePagesMiddleware",
    "portal.middleware.sessions.SessionLimitsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.clean_input.CleanInputMiddleware",
    "portal.middleware.refusals.RefusalMiddleware",
    "portal.middleware.page_owner.PageOwnerMiddleware",
    "portal.middleware.filters.FilterMiddleware",
    "portal.middleware.access.ClosedByDefaultMiddleware",
    "portal.middleware.consent.ConsentMiddleware",
    "portal.workdays.middleware.CalendarUnknownMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.portal",
            ],
            "builtins": ["portal.templatetags.portal", "portal.templatetags.components"],
        },
    },
]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'portal.sqlite3'}",
        conn_max_age=60,
        # A connection that a restart of the database has cut is made anew, not met by a person.
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "portal.core.postgresql"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # One writer at a time, taken at BEGIN: a transaction that reads first and writes later then waits
    # for the lock instead of failing with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
        # REPLACE may then not slip past the triggers of append-only tables.
        "PRAGMA recursive_triggers=ON;",
    }

# ---- people ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "portal.accounts.backends.PasswordBackend",
    "portal.accounts.backends.SignInBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "portal.accounts.validators.PasswordSimilarityValidator"},
    {"NAME": "portal.accounts.validators.PasswordLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "portal.accounts.validators.PasswordCommonValidator"},
    {"NAME": "portal.accounts.validators.PasswordNumericValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# Once: what is typed can be shown, and a forgotten password is set anew by mail.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "portal.accounts.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_FORMS = {"confirm_email_verification_code": "portal.accounts.code_forms.EmailCodeForm"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Our own pages beside the package's own limits.
# Many people may sign in from one address at once; wrong passwords count by account and address together (`adapter`).
LOGIN_LOCK_SECONDS = 300
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": f"100/m/ip,5/{LOGIN_LOCK_SECONDS}s/key",
    "register_applicant": "30/h/user",
    "invite_member": "40/h/user",
    "confirm_password": "30/h/user",
}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = PUBLIC_URL.partition(":")[0]
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env_flag("BEHIND_PROXY") else 0
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
MFA_ADAPTER = "portal.accounts.mfa.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "activate_totp": "portal.accounts.code_forms.FirstTotpForm",
    "authenticate": "portal.accounts.code_forms.TotpForm",
    "reauthenticate": "portal.accounts.code_forms.TotpAgainForm",
}
# Clocks of telephones are seconds off: the code before and the code after count too.
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "知识产权专项资金"
USERSESSIONS_TRACK_ACTIVITY = True
# Providers that know people and organisations, each off until its address is set.
SOCIALACCOUNT_ADAPTER = "portal.openid.adapter.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = openid_providers()
OPENID_ORGANISATION_CLAIMS = organisation_claims()
ELECTRONIC_LICENCE = electronic_licence()
# The demo switches the officials' second factor off, and says so on every page.
OFFICIALS_NEED_SECOND_FACTOR = env_flag("OFFICIALS_NEED_SECOND_FACTOR", default=not DEMO)

# ---- language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# ---- files ----------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
# Located, not imported: the package's own __init__ needs pkg_resources, which is leaving setuptools.
BOOTSTRAP_DIR = Path(str(distribution("XStatic-Bootstrap").locate_file("xstatic/pkg/bootstrap/data")))
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap", BOOTSTRAP_DIR)]
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]
PRIVATE_DIR = DATA_DIR / "private"
# A folder, or a bucket that speaks S3; its keys are read from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
PRIVATE_S3_BUCKET = os.environ.get("PRIVATE_S3_BUCKET", "")
_PRIVATE_BUCKET = {
    "bucket_name": PRIVATE_S3_BUCKET,
    "endpoint_url": os.environ.get("PRIVATE_S3_ENDPOINT") or None,
    "region_name": os.environ.get("PRIVATE_S3_REGION") or None,
    "default_acl": None,
    "file_overwrite": True,
}
_PRIVATE: dict[str, object] = (
    {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": _PRIVATE_BUCKET}
    if PRIVATE_S3_BUCKET
    else {"BACKEND": "portal.core.files.PrivateFolder"}
)
STORAGES = {
    "default": _PRIVATE,
    "private": _PRIVATE,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "portal.core.static_files.StaticFiles"
    },
}
# /healthz fails with less than this free where the portal writes.
HEALTH_FREE_MB = env_int("HEALTH_FREE_MB", 200)
# The malware scanner clamd that every upload passes: "host:port" or the path of its socket; empty for none.
CLAMD_ADDRESS = os.environ.get("CLAMD_ADDRESS", "")
# The most that one claim, and one applicant in all its claims, may keep here.
CLAIM_MAX_FILES = env_int("CLAIM_MAX_FILES", 500)
CLAIM_MAX_BYTES = env_int("CLAIM_MAX_BYTES", 1024**3)
APPLICANT_MAX_BYTES = env_int("APPLICANT_MAX_BYTES", 10 * 1024**3)
EVIDENCE_MAX_BYTES = int(os.environ.get("EVIDENCE_MAX_BYTES", 20 * 1024 * 1024))
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
# The largest body of a request, bytes: of a page that takes files (the proxy in front allows the same), and of others.
UPLOAD_BODY_MAX_BYTES = max(25 * 1024 * 1024, EVIDENCE_MAX_BYTES + 1024 * 1024)
REQUEST_BODY_MAX_BYTES = 1024 * 1024
# The proxy writes when a request arrived into X-Request-Start, over whatever a client wrote there.
PROXY_STAMPS_ARRIVAL = env_flag("PROXY_STAMPS_ARRIVAL")
# The notices' fonts are built once (`manage.py build_fonts`) and kept. Licensed fonts go into the first of the sources.
NOTICE_FONTS_DIR = Path(os.environ.get("NOTICE_FONTS_DIR") or BASE_DIR / ".cache" / "fonts").resolve()
# Which office seals its notices with what (`review.notices.seals.offices`); without the file they are sealed on paper.
SEALS_FILE = Path(os.environ.get("SEALS_FILE") or DATA_DIR / "seals" / "seals.toml").resolve()
NOTICE_FONT_SOURCES = [DATA_DIR / "licensed-fonts", BASE_DIR / ".cache" / "fonts-src"]

# ---- security -------------------------------------------------------------------------------------
HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# A browser takes a cookie named so only over https, for this host and all its paths.
_COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}portal_session"
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrftoken"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_ENGINE = "portal.accounts.session_store"
# Seconds that a session may be idle, and last: `SessionLimitsMiddleware`.
OFFICIAL_SESSION_SECONDS = (60 * env_int("OFFICIAL_IDLE_MINUTES", 30), 3600 * env_int("OFFICIAL_SESSION_HOURS", 12))
APPLICANT_SESSION_SECONDS = (60 * env_int("APPLICANT_IDLE_MINUTES", 480), 3600 * env_int("APPLICANT_SESSION_HOURS", 24))
SESSION_COOKIE_AGE = max(OFFICIAL_SESSION_SECONDS[1], APPLICANT_SESSION_SECONDS[1])
PASSWORD_RESET_TIMEOUT = 3600
CSRF_FAILURE_VIEW = "portal.unsent.answers.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_flag("BEHIND_PROXY") else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
# Evidence is viewed in place, in a frame of our own; frame-ancestors says the same to newer browsers.
SILENCED_SYSTEM_CHECKS = ["security.W019"]
CONTENT_SECURITY_POLICY = content_security_policy(SOCIALACCOUNT_PROVIDERS)

# Days that security events are kept: three years, as the record of processing personal data (个人信息保护法 art. 56).
SECURITY_EVENT_DAYS = env_int("SECURITY_EVENT_DAYS", 1095)
# The class that answers what outside registers say of patents, companies and banks (portal/core/registers.py).
REGISTER_PROVIDER = os.environ.get("REGISTER_PROVIDER", "review.checks.registers.SheetRegister")
# A folder on another machine for the daily roots of the audit chain, and an RFC 3161 authority that time-stamps them.
AUDIT_ROOT_DIR = os.environ.get("AUDIT_ROOT_DIR", "")
TSA_URL = os.environ.get("TSA_URL", "")

# ---- interface for programs -----------------------------------------------------------------------
# Requests a minute: of one token, and of one network address that brings none.
API_REQUESTS_PER_MINUTE = env_int("API_REQUESTS_PER_MINUTE", 300)
API_ANONYMOUS_REQUESTS_PER_MINUTE = env_int("API_ANONYMOUS_REQUESTS_PER_MINUTE", 60)

# ---- tables that people send ----------------------------------------------------------------------
# How many a person may send within an hour: reading one takes up to two seconds.
IMPORTS_PER_HOUR = env_int("IMPORTS_PER_HOUR", 60)

# ---- forms ----------------------------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
FORM_RENDERER = "portal.core.form_renderer.FormRenderer"

# ---- mail -----------------------------------------------------------------------------------------
EMAIL_BACKEND = os.environ.get(
    "EMAIL_BACKEND",
    "django.core.mail.backends.filebased.EmailBackend"
    if DEMO or DEBUG
    else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_FILE_PATH = DATA_DIR / "mail"
# Text messages and the work chat (`portal.core.message_config`); the files of the provider "file" lie in MESSAGE_DIR.
MESSAGE_DIR = Path(os.environ.get("MESSAGE_DIR") or DATA_DIR / "messages").resolve()
MESSAGE_PROVIDERS = message_providers(default="file" if DEMO or DEBUG else "")

# ---- background work ------------------------------------------------------------------------------
REDIS_URL = os.environ.get("REDIS_URL", "")
BROKER_DIR = DATA_DIR / "broker"
CELERY_BROKER_URL = REDIS_URL or "folder://localhost/"
CACHES = {"default": cache_config(REDIS_URL, folder=DATA_DIR / "cache")}
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(
    REDIS_URL, folder=BROKER_DIR, visibility_seconds=env_int("JOB_VISIBILITY_SECONDS", 300)
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
# A worker renews its lease while a handler runs, so the lease only says how soon a killed worker's job runs again;
# a handler that hangs is given up after the longest time.
JOB_LEASE_SECONDS = env_int("JOB_LEASE_SECONDS", 120)
JOB_LONGEST_SECONDS = env_int("JOB_LONGEST_SECONDS", 1800)
JOB_SWEEP_SECONDS = float(os.environ.get("JOB_SWEEP_SECONDS", "15"))
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {
        "task": "portal.jobs.sweep",
        "schedule": JOB_SWEEP_SECONDS,
        # Sweeps that nobody was there to do are not done afterwards, one by one.
        "options": {"expires": max(JOB_SWEEP_SECONDS, 5)},
    },
    # Every hour: a day's jobs are enqueued by its first round, as the machine may have been off at midnight.
    "enqueue-regular-jobs": {
        "task": "portal.jobs.enqueue_regular",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}

# ---- what is seen from outside --------------------------------------------------------------------
LOGGING = log_config(
    level=os.environ.get("LOG_LEVEL", "INFO"),
    form=os.environ.get("LOG_FORMAT") or ("plain" if DEMO or DEBUG else "json"),
)
# A statement that takes longer is named in the log, without its values.
SLOW_STATEMENT_SECONDS = float(os.environ.get("SLOW_STATEMENT_SECONDS", "0.5"))
METRICS_DIR = Path(os.environ.get("METRICS_DIR") or DATA_DIR / "metrics")
# Prometheus brings it as a bearer token; without one nobody reads the measurements.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
