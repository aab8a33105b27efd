"""What every environment shares. Values that differ come from config/environment.py."""

from pathlib import Path

from config.environment import read_environment
from config.settings.unfold import *  # noqa: F403 - settings modules extend each other

environment = read_environment()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
SECRET_KEY = environment.vault_secret_key
SECRET_KEY_FALLBACKS = list(environment.vault_secret_key_fallbacks)
DEBUG = False
ALLOWED_HOSTS = list(environment.vault_allowed_hosts)

VAULT_ENCRYPTION_KEYS = list(environment.vault_encryption_keys)
VAULT_PUBLIC_URL = environment.vault_public_url.rstrip("/")
VAULT_TIME_SCALE = environment.vault_time_scale
VAULT_DATA_DIR = environment.vault_data_dir.resolve()
VAULT_SPOOL_DIR = VAULT_DATA_DIR / "spool"
VAULT_CALLBACK_SOURCES = list(environment.vault_callback_sources)
VAULT_MIFOS_PRIVATE_NETWORKS = list(environment.vault_mifos_private_networks)
VAULT_TRUSTED_PROXIES = environment.vault_trusted_proxies
VAULT_MAX_RETRIES_LIMIT = environment.vault_max_retries_limit
VAULT_CONFIRM_ABOVE_KES = environment.vault_confirm_above_kes
VAULT_STAFF_TOKEN_MINUTES = environment.vault_staff_token_minutes
ADMIN_EMAIL = list(environment.admin_email)
ADMIN_PHONE = list(environment.admin_phone)
VAULT_ALERT_ESCALATE_MINUTES = environment.vault_alert_escalate_minutes
VAULT_ALERT_DIGEST_HOUR = environment.vault_alert_digest_hour
RECONCILE_CALLBACK_DELAY_S = environment.reconcile_callback_delay_s
RECONCILE_EVERY_MINUTES = environment.reconcile_every_minutes
RECONCILE_STUCK_MAX = environment.reconcile_stuck_max
RECONCILE_RUNS_KEPT_DAYS = environment.reconcile_runs_kept_days
RECONCILE_CALLS_PER_MINUTE = environment.reconcile_calls_per_minute
VAULT_PLATFORM_FEE_BPS = int(environment.platform_fee_percentage * 100)
VAULT_AUTO_DISBURSEMENT = environment.auto_disbursement
VAULT_HINTS = True
VAULT_DEMO = False
VAULT_JOB_RUNNER = "config.schedules.run_job"
VAULT_CALLER_OF = "vault.queries.caller_of"
VAULT_ALERT_HOLDER = "reconciliation.queries.alerts.why_held"
VAULT_CODE_JUDGE = "disbursements.operations.judge.judge_answer"
VAULT_PAYMENT_ANSWERER = "vault.operations.validate.answer"
VAULT_REFUSE_UNKNOWN_ACCOUNTS = environment.vault_refuse_unknown_accounts
VAULT_UNANSWERED_PAYMENTS = environment.mpesa_c2b_response_type
VAULT_LIVE = environment.mpesa_environment == "production"
REDIS_URL = environment.redis_url
VAULT_METRICS_TOKEN = environment.vault_metrics_token
WS_HEARTBEAT_INTERVAL = environment.ws_heartbeat_interval
WS_RECONNECT_DELAY = environment.ws_reconnect_delay
WS_ALLOWED_ORIGINS = list(environment.ws_allowed_origins)
DARAJA_BASE_URL = environment.daraja_base_url
AFRICASTALKING_BASE_URL = environment.africastalking_base_url
AFRICASTALKING_USERNAME = environment.africastalking_username
AFRICASTALKING_API_KEY = environment.africastalking_api_key
AFRICASTALKING_SENDER = environment.africastalking_sender
STRIPE_API_BASE = environment.stripe_api_base
STRIPE_WEBHOOK_SECRETS = environment.stripe_webhook_secrets
EMAIL_HOST = environment.email_host
EMAIL_PORT = environment.email_port
EMAIL_HOST_USER = environment.email_host_user
EMAIL_HOST_PASSWORD = environment.email_host_password
EMAIL_USE_TLS = environment.email_use_tls
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.default_from_email

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "pgtrigger",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "config",
    "django_q",
    "core",
    "ledger",
    "gateways",
    "vault",
    "disbursements",
    "rents",
    "loans",
    "reconciliation",
]
MIDDLEWARE = [
    "config.content_policy.ContentPolicy",
    "config.middleware.DatabaseDown",
    "config.no_nul.NoNul",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.WhoseRows",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "config.home.banner",
            ]
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_048_576

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Africa/Nairobi"
USE_TZ = True
USE_I18N = True
DATETIME_FORMAT = "j M Y, H:i T"
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["vault.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["vault.api.authentication.MayDo"],
    "DEFAULT_PARSER_CLASSES": ["vault.api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "vault.api.errors.answer",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Payment Vault",
    "DESCRIPTION": "Instruct payouts and learn how they ended. Amounts are whole shillings.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "DisbursementStatus": "disbursements.api.answers.STATUSES",
        "BulkRunStatus": "disbursements.api.bulk_answers.STATUSES",
        "SettlementStatus": "disbursements.api.settlement_fields.STATUSES",
        "PayoutJobStatus": "disbursements.api.payout_answers.JOB_STATUSES",
        "TransferStatus": "disbursements.api.payout_answers.TRANSFER_STATUSES",
        "ReversalStatus": "disbursements.api.reversal_answers.STATUSES",
        "PaymentStatus": "rents.api.entries.PAID_STATUSES",
        "ForwardingStatus": "rents.api.entries.LEG_STATUSES",
        "OutcomeEnum": "disbursements.api.answers.ATTEMPT_OUTCOMES",
        "LoanStatus": "loans.api.answers.LOAN_STATUSES",
        "LoanBookingStatus": "loans.api.answers.BOOKING_STATUSES",
        "LoanProposalKind": "loans.api.answers.KINDS",
        "LoanSyncOutcome": "loans.api.answers.OUTCOMES",
        "LoanSyncStep": "loans.api.answers.STEP_NAMES",
        "ReconciliationResult": "reconciliation.api.answers.RESULTS",
        "ReconciledKind": "reconciliation.api.answers.KINDS",
        "FindingType": "reconciliation.api.answers.TYPES",
        "FindingStatus": "reconciliation.api.answers.FINDING_STATUSES",
        "FindingSeverity": "reconciliation.api.answers.SEVERITIES",
        "AlertState": "reconciliation.api.finding_answers.ALERT_STATES",
    },
}

# platform.md 4: the settings that held; retry > timeout * (queue_limit / workers + 1) + 60.
Q_CLUSTER = {
    "name": "vault",
    "orm": "default",
    "workers": 2,
    "timeout": 90,
    "retry": 600,
    "queue_limit": 4,
    "bulk": 1,
    "ack_failures": True,
    "max_attempts": 1,
    "save_limit": 0,
    "catch_up": False,
    "poll": 0.2,
    "recycle": 500,
    "label": "Worker",
}
if REDIS_URL:
    Q_CLUSTER["broker_class"] = "config.job_broker.JobBroker"

# As the source document writes it; other words in DEBUG are other programs'.
TOLD_AT_LENGTH = {"*", "reconciliation:*"} & set(environment.debug)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "masked": {
            "()": "core.masking.MaskingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "masked"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "django-q": {"level": "WARNING"},
        "reconciliation": {"level": "DEBUG" if TOLD_AT_LENGTH else "INFO"},
    },
}
