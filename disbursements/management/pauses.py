"""How the commands show a pause."""

from typing import Any
from uuid import UUID

from disbursements.models import Pause, PauseScope
from vault.models import Partner, Shortcode


def as_json(pause: Pause) -> dict[str, Any]:
    """One pause for scripts; `name` is the partner's, or the shortcode's number, or the rail."""
    return {
        "id": pause.pk,
        "scope": pause.scope,
        "target": pause.target,
        "name": name_of(pause),
        "cause": pause.cause,
        "reason": pause.reason,
        "startedAt": pause.started_at.isoformat(),
        "startedBy": pause.started_by,
    }


def covered(pause: Pause) -> str:
    """`everything`, `shortcode 600111`."""
    return f"{pause.scope} {name_of(pause)}".strip()


def name_of(pause: Pause) -> str:
    """What people call the target; the target itself when nobody does."""
    models: dict[str, type[Partner] | type[Shortcode]] = {
        PauseScope.PARTNER: Partner,
        PauseScope.SHORTCODE: Shortcode,
    }
    model = models.get(pause.scope)
    if model is None:
        return pause.target
    try:
        found = model._default_manager.filter(pk=UUID(pause.target)).first()
    except ValueError:
        found = None
    return str(found or pause.target)
