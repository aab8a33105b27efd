"""DATABASE_URL to Django's DATABASES, and how connections are kept (platform.md 3)."""

import sys
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

POOL_SIZE_MAX = 20


def database(url: str, *, pooled: bool, **options: Any) -> dict[str, Any]:
    """Django's settings of one PostgreSQL database.

    Web processes share a pool; workers and commands keep one connection each, because a pool
    keeps django-q2's workers from stopping.
    """
    parts = urlsplit(url)
    parameters = dict(parse_qsl(parts.query))
    host = parameters.pop("host", parts.hostname or "")
    settings: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or parameters.pop("port", "")),
        "OPTIONS": {**parameters, **options},
    }
    if pooled:
        settings["OPTIONS"]["pool"] = {"min_size": 1, "max_size": POOL_SIZE_MAX, "timeout": 5}
        return settings
    return settings | {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}


def serving() -> bool:
    """Whether this process answers web requests or sockets."""
    return sys.argv[1:2] in (["serve"], ["live"])
