"""The demo on one machine: `python3 run.py`. Its keys are kept in the data folder, made once."""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from config.databases import database, serving


def _kept(name: str, make: str) -> str:
    folder = Path(os.environ.get("VAULT_DATA_DIR", ".vault"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(make)
    except FileExistsError:
        pass
    return path.read_text()


os.environ.setdefault("VAULT_SECRET_KEY", _kept("secret_key", secrets.token_urlsafe(48)))
os.environ.setdefault(
    "VAULT_ENCRYPTION_KEYS", _kept("encryption_keys", Fernet.generate_key().decode())
)
os.environ.setdefault("VAULT_PUBLIC_URL", "http://127.0.0.1:8000")
os.environ.setdefault("VAULT_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
os.environ.setdefault("VAULT_CALLBACK_SOURCES", "127.0.0.0/8,::1/128")
os.environ.setdefault("VAULT_MIFOS_PRIVATE_NETWORKS", "127.0.0.0/8")
os.environ.setdefault("AFRICASTALKING_USERNAME", "sandbox")
os.environ.setdefault("AFRICASTALKING_API_KEY", "demo-only")

from config.settings.base import *  # noqa: E402, F403 - the keys above come first
from config.settings.base import environment  # noqa: E402

DATABASES = {"default": database(environment.database_url, pooled=serving())}
VAULT_DEMO = True
