"""What a worker does when it is woken: each job finds its own work and says how much it did."""

from core import clock
from vault.operations.ask_prompts import ask_prompts
from vault.operations.pull import pull_due


def prompts() -> int:
    """Look after prompts whose answer is late."""
    return ask_prompts(at=clock.database_now())


def pull() -> int:
    """Ask for payments that nobody told us of."""
    return pull_due(at=clock.database_now())
