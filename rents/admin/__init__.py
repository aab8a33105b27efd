"""Rent, seen by staff: payments with both their legs, prompts, transfers to owners."""

from rents.admin import forwards, payments, prompts

__all__ = ["forwards", "payments", "prompts"]
