"""People at the desk, and a source of their own for what they look at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client

from reconciliation.models import Finding, ReconciliationRun, SubjectKind
from reconciliation.operations.check_many import check_due
from reconciliation.operations.request_check import request
from tests.staff import at_the_desk, superuser
from tests.watching import TOLD, TableSource, only_source
from tests.wire import MovedClock
from vault.models import StaffMember

OTHERWISE = replace(TOLD, amount_minor=100_000)


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What the other side says, and checks of it."""

    source: TableSource
    moved: MovedClock

    def check(self, *ids: str, told: Any = TOLD, partner_id: UUID | None = None) -> None:
        """From now on it says this of these, and each is checked."""
        self.source.say(*ids, told=told, partner_id=partner_id)
        self.ask(*ids, partner_id=partner_id)
        check_due()

    def ask(self, *ids: str, partner_id: UUID | None = None, minutes: int = 0) -> None:
        """Queue a check of each, due so many minutes from now."""
        at = self.moved()
        request(
            subjects=[(SubjectKind.PAYMENT, each, partner_id) for each in ids],
            trigger="callback", actor="system", at=at, due_at=at + timedelta(minutes=minutes),
        )  # fmt: skip

    def differing(self, *ids: str, partner_id: UUID | None = None) -> Finding:
        """Another amount was paid than our row has; the finding of the last of them."""
        self.check(*ids, told=OTHERWISE, partner_id=partner_id)
        return Finding.objects.get(subject_id=ids[-1])

    @property
    def run(self) -> ReconciliationRun:
        """The latest check."""
        return ReconciliationRun.objects.order_by("-started_at", "-id")[0]


@pytest.fixture
def watched(engine_db: None, moved: MovedClock) -> Iterator[Watched]:
    source = TableSource()
    with only_source(source):
        yield Watched(source=source, moved=moved)


@pytest.fixture
def desk(engine_db: None) -> Client:
    return superuser()


@pytest.fixture
def colleague(engine_db: None) -> Callable[..., Client]:
    """Somebody with these permissions of reconciliation, of one partner or of all."""

    def make(*permissions: str, partner: Any = None) -> Client:
        client = at_the_desk(*(f"reconciliation.{each}" for each in permissions))
        if partner is not None:
            user = User.objects.get(pk=client.session["_auth_user_id"])
            StaffMember.objects.create(user=user, partner=partner)
        return client

    return make
