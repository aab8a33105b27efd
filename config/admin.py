"""Pages of other people's tables, in our clothes. Staff and roles: only superusers change them.
The queue's are read-only for everybody: the permission to add a schedule is the permission to run
any function (platform.md 4)."""

from typing import Any

import django_q.admin  # noqa: F401 - it registers what is unregistered here
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django_q.models import Failure, OrmQ, Success
from unfold.admin import ModelAdmin, StackedInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

import config.schedule_pages  # noqa: F401 - it registers itself
from core import clock, states
from core.admin import shown
from core.admin.base import RecordAdmin, column
from core.admin.record import Facts, Headline, Raw, Record
from core.admin.scope import sees_every_partner
from vault.models import StaffMember

for _model in (Success, Failure, OrmQ, User, Group):
    admin.site.unregister(_model)


class SuperusersAlone:
    """Changed by superusers, read by those who may view it; closed to a partner's own staff."""

    opts: Any

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever has the permission and is not bound to one partner."""
        name = f"{self.opts.app_label}.view_{self.opts.model_name}"
        return sees_every_partner(request) and request.user.has_perm(name)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers: whoever gives permissions has them all."""
        return sees_every_partner(request) and bool(request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The same."""
        return self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a name in the trail stays one person's. Take `active` away instead."""
        return False

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """In Django's history and in the trail."""
        entry = super().log_addition(request, obj, message)  # type: ignore[misc]
        return _in_trail(request, obj, entry)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """In Django's history and in the trail."""
        entry = super().log_change(request, obj, message)  # type: ignore[misc]
        return _in_trail(request, obj, entry)


def _in_trail(request: HttpRequest, row: Any, entry: LogEntry) -> LogEntry:
    with transaction.atomic():
        states.note(
            row, at=clock.now(), because=entry.get_change_message() or str(entry),
            actor=request.user.get_username(),
        )  # fmt: skip
    return entry


class PartnerOfStaff(SuperusersAlone, StackedInline):
    """The one partner that the person sees. Left empty, the person sees all partners."""

    model = StaffMember
    verbose_name_plural = "sees this partner only"
    extra = 0
    max_num = 1

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers may free a person of the bond."""
        return self.has_change_permission(request)


@admin.register(User)
class PersonAdmin(SuperusersAlone, UserAdmin, ModelAdmin):
    """Staff: who may sign in, their roles, and whose rows they see."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = (PartnerOfStaff,)
    list_display = ("username", "roles", "sees", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "is_superuser", "groups")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With roles and partner."""
        rows = super().get_queryset(request)
        return rows.select_related("staff_member__partner").prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever only reads sees nothing of the password, not even its hash."""
        if self.has_change_permission(request):
            return super().get_fieldsets(request, obj)
        names = ("username", "first_name", "last_name", "email", "is_active", "is_staff",
                 "is_superuser", "groups", "last_login", "date_joined")  # fmt: skip
        return ((None, {"fields": names}),)

    @column("Roles")
    def roles(self, row: User) -> str:
        """The groups."""
        return ", ".join(sorted(group.name for group in row.groups.all())) or shown.NOTHING

    @column("Sees")
    def sees(self, row: User) -> str:
        """One partner or all."""
        member = getattr(row, "staff_member", None)
        return str(member.partner) if member else "All partners"


@admin.register(Group)
class RoleAdmin(SuperusersAlone, GroupAdmin, ModelAdmin):
    """Groups of permissions."""


class TaskAdmin(RecordAdmin):
    """A finished task."""

    list_display = ("task_name", "function", "started_at", "took")
    ordering = ("-started",)

    @column("Task")
    def task_name(self, row: Any) -> str:
        """Its name."""
        return row.name

    @column("Function")
    def function(self, row: Any) -> str:
        """What it ran."""
        return row.func

    @column("Started")
    def started_at(self, row: Any) -> Any:
        """When it started."""
        return shown.moment(row.started)

    @column("Took")
    def took(self, row: Any) -> str:
        """How long it took."""
        return f"{row.time_taken():.1f} s"

    def record(self, request: HttpRequest, row: Any) -> Record:
        """One task."""
        return Record(
            headline=Headline(kind="Task", main=row.name, beside=row.func),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("Id", shown.copied(row.pk, label="task id")),
                        ("Started", shown.moment(row.started)),
                        ("Ended", shown.moment(row.stopped)),
                        ("Cluster", row.cluster or shown.NOTHING),
                    ],
                ),
                Raw(
                    title="Result",
                    text=shown.raw(str(row.result), may_see_phones=shown.may_see_phones(request)),
                    is_open=True,
                ),
            ],
        )


@admin.register(Success)
class FinishedAdmin(TaskAdmin):
    """Tasks that ended well."""

    purpose = "Tasks that ended well. They are pruned daily."

    def get_queryset(self, request: HttpRequest) -> Any:
        """Successes only."""
        return super().get_queryset(request).filter(success=True)


@admin.register(Failure)
class FailedAdmin(TaskAdmin):
    """Tasks that raised."""

    purpose = "Tasks that raised an error. Their work is found again by the next sweep."
    nothing_yet = "All clear: no task has failed."

    def get_queryset(self, request: HttpRequest) -> Any:
        """Failures only."""
        return super().get_queryset(request).filter(success=False)


@admin.register(OrmQ)
class QueuedAdmin(RecordAdmin):
    """Hints that wait for a worker."""

    purpose = "Hints that wait for a worker. Losing them costs seconds, never money."
    nothing_yet = "No task waits."
    list_display = ("task", "queue", "locked_until")
    ordering = ("-id",)

    @column("Task")
    def task(self, row: OrmQ) -> str:
        """Its number."""
        return f"Task {row.pk}"

    @column("Queue")
    def queue(self, row: OrmQ) -> str:
        """Which queue it waits in."""
        return row.key

    @column("Waits until")
    def locked_until(self, row: OrmQ) -> Any:
        """From when a worker may take it."""
        return shown.moment(row.lock)

    def record(self, request: HttpRequest, row: OrmQ) -> Record:
        """One waiting task; its content is signed and is not unpacked here."""
        facts = [("Queue", row.key), ("Waits until", shown.moment(row.lock))]
        return Record(
            headline=Headline(kind="Queued task", main=f"Task {row.pk}"),
            sections=[Facts(title="Facts", rows=facts)],
        )
