"""The desk: what every admin page is made of, and the pages of the floor's own tables."""

from core.admin import alerts, steps

__all__ = ["alerts", "steps"]
