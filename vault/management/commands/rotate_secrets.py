"""manage.py rotate_secrets"""

from typing import Any

from core import clock
from core.command import VaultCommand
from vault.operations.rotate_secrets import rotate_secrets


class Command(VaultCommand):
    help = (
        "Seal every credential under the first of VAULT_ENCRYPTION_KEYS. Afterwards the older "
        "keys may be taken out of it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """All shortcodes, connections and provider tokens."""
        rotated = rotate_secrets(actor=self.actor, at=clock.now())
        self.answer(
            {
                "shortcodes": rotated.shortcodes,
                "others": rotated.others,
                "tokens": rotated.tokens,
            },
            f"{rotated.shortcodes} shortcodes, {rotated.others} others and {rotated.tokens} "
            "tokens sealed anew",
        )
