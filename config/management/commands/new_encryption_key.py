"""manage.py new_encryption_key"""

from typing import Any

from cryptography.fernet import Fernet

from core.command import VaultCommand


class Command(VaultCommand):
    help = (
        "Print a key for VAULT_ENCRYPTION_KEYS. To rotate: put it first, restart, run "
        "rotate_secrets, take the old key out, restart."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """One new key, kept nowhere."""
        key = Fernet.generate_key().decode()
        self.answer({"key": key}, key)
