"""Tests: real PostgreSQL, no hints (every test sweeps for itself), quick password hashes."""

import os
from pathlib import Path

from cryptography.fernet import Fernet

from config.databases import database

os.environ.setdefault("VAULT_SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ.setdefault("VAULT_ENCRYPTION_KEYS", Fernet.generate_key().decode())
os.environ.setdefault("DATABASE_URL", "postgresql://postgres@/vault")
os.environ["VAULT_PUBLIC_URL"] = "https://vault.example"
os.environ["VAULT_CALLBACK_SOURCES"] = "127.0.0.0/8"
os.environ["VAULT_TIME_SCALE"] = "1"
os.environ["DARAJA_BASE_URL"] = "http://daraja.test"
os.environ["STRIPE_API_BASE"] = "http://stripe.test"
os.environ["STRIPE_WEBHOOK_SECRETS"] = "first-for-tests,second-for-tests"
os.environ["AFRICASTALKING_BASE_URL"] = "http://sms.test"
os.environ["AFRICASTALKING_USERNAME"] = "sandbox"
os.environ["AFRICASTALKING_API_KEY"] = "only-for-tests"
os.environ["EMAIL_HOST"] = "mail.test"
# Of each process that tests: what one spools is not for the database of another.
os.environ["VAULT_DATA_DIR"] = str(
    Path(__file__).resolve().parents[2]
    / ".vault/test"
    / os.environ.get("PYTEST_XDIST_WORKER", "alone")
)

from config.settings.base import *  # noqa: F403 - the variables above come first
from config.settings.base import environment

ALLOWED_HOSTS = ["testserver", "vault.example", "127.0.0.1", "localhost"]
DATABASES = {
    "default": database(
        environment.database_url,
        pooled=False,
        options="-c synchronous_commit=off -c vault.emptied_by_tests=on",
    )
}
VAULT_HINTS = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
