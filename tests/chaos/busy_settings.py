"""Settings of many processes at once: as of the other chaos tests, with hints."""

from tests.chaos.settings import *  # noqa: F403 - everything else is as there

VAULT_HINTS = True
