"""manage.py staff"""

from typing import Any

from django.contrib.auth.models import User

from core.command import VaultCommand


class Command(VaultCommand):
    help = "Who may sign in: their roles, and the partner whose rows they see."
    permission = "auth.view_user"

    def handle(self, *args: Any, **options: Any) -> None:
        """Everybody, by name."""
        people = User.objects.filter(is_staff=True).order_by("username")
        found = [_as_json(each) for each in people.select_related("staff_member__partner")
                 .prefetch_related("groups")]  # fmt: skip
        self.answer({"staff": found}, "\n".join(map(_line, found)) or "There is no staff yet.")


def _as_json(user: User) -> dict[str, Any]:
    member = getattr(user, "staff_member", None)
    return {
        "username": user.username,
        "active": user.is_active,
        "superuser": user.is_superuser,
        "roles": sorted(group.name for group in user.groups.all()),
        "partner": str(member.partner_id) if member else None,
        "partnerName": str(member.partner) if member else None,
    }


def _line(person: dict[str, Any]) -> str:
    roles = ", ".join(person["roles"]) or "no role"
    more = [
        *(["superuser"] if person["superuser"] else []),
        *([] if person["active"] else ["not active"]),
    ]
    sees = f"sees {person['partnerName']} only" if person["partner"] else "sees all partners"
    return f"{person['username']}: {'; '.join([roles, *more, sees])}"
