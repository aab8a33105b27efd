"""`manage.py prepare`: what must be there before anything starts: tables, and the demo's login."""

import json
import os
import secrets
import string
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command

from core.command import VaultCommand

DEMO_USER = "demo"
DEMO_LOGIN = "demo_login.json"
PASSWORD_ALPHABET = string.ascii_lowercase + string.digits
PASSWORD_LENGTH = 14


class Command(VaultCommand):
    help = "Migrate the database and, for the demo, make its login once."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        login = settings.VAULT_DATA_DIR / DEMO_LOGIN
        made = settings.VAULT_DEMO and not get_user_model().objects.exists()
        if made:
            _make_login(login)
        self.answer({"migrated": True, "demoLogin": made}, "The database is ready.")


def _make_login(path: Any) -> None:
    """A superuser with a password of its own, readable by the owner of the data folder."""
    password = "".join(secrets.choice(PASSWORD_ALPHABET) for _ in range(PASSWORD_LENGTH))
    get_user_model().objects.create_superuser(DEMO_USER, password=password)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
        json.dump({"username": DEMO_USER, "password": password}, file)
