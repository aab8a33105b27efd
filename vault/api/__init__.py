"""The API's edges: who asks, in which form, and how refusals look."""

from vault.api.authentication import caller_from

__all__ = ["caller_from"]
