"""Production: every secret from the environment, HTTPS only."""

from config.databases import database, serving
from config.settings.base import *  # noqa: F403 - settings modules extend each other
from config.settings.base import environment

DATABASES = {"default": database(environment.database_url, pooled=serving())}
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if environment.vault_trusted_proxies else None
)
SECURE_SSL_REDIRECT = environment.vault_public_url.startswith("https://")
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
SESSION_COOKIE_SECURE = SECURE_SSL_REDIRECT
CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
