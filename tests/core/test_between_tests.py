"""What one test leaves behind never meets the next one, though both use one session."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import DatabaseError, connection, transaction

from core.models import Step
from disbursements.models import ResultCodeRule
from tests.between_tests import empty_tables, put_roles, put_rules
from tests.wire import MovedClock
from vault.models import Partner

MY_LOCKS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"


def asked(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


class TestSession:
    def test_settings_locks_and_temporary_tables_go_and_the_session_stays(
        self, engine_db: None
    ) -> None:
        session, zone = asked("SELECT pg_backend_pid()"), asked("SHOW timezone")
        asked("SET statement_timeout = '7s'; SET timezone = 'Asia/Tokyo'")
        asked("SELECT pg_advisory_lock(7)")
        assert asked(MY_LOCKS) == 1
        asked("CREATE TEMPORARY TABLE scratch (id int)")

        empty_tables()

        assert asked("SELECT pg_backend_pid()") == session
        assert (asked("SHOW statement_timeout"), asked("SHOW timezone")) == ("0", zone)
        assert asked(MY_LOCKS) == 0
        assert asked("SELECT to_regclass('scratch')") is None
        assert asked("SHOW session_replication_role") == "origin"

    def test_a_broken_transaction_is_left_with_its_session(self, engine_db: None) -> None:
        connection.set_autocommit(False)
        with pytest.raises(DatabaseError):
            asked("SELECT 1 / 0")

        empty_tables()

        assert connection.get_autocommit()
        assert asked("SELECT 1") == 1


class TestRows:
    def test_all_go_also_those_that_nobody_may_delete(
        self, a_partner: Partner, moved: MovedClock
    ) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            asked("DELETE FROM core_step")

        empty_tables()

        assert not Step.objects.exists()
        assert not Partner.objects.exists()
        assert Permission.objects.exists()


class TestRules:
    def test_the_second_time_they_are_the_same_rows(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        first = list(ResultCodeRule.objects.order_by("pk").values())
        empty_tables()

        put_rules(at=moved())

        assert first
        assert [*map(without_key, ResultCodeRule.objects.order_by("pk").values())] == [
            *map(without_key, first)
        ]

    def test_another_moment_has_its_own(self, engine_db: None, moved: MovedClock) -> None:
        empty_tables()

        put_rules(at=moved() + timedelta(days=1))

        assert ResultCodeRule.objects.filter(updated_at__gt=moved()).exists()


class TestRoles:
    def test_the_second_time_they_may_the_same(self, engine_db: None) -> None:
        put_roles()
        first = rights()
        empty_tables()

        put_roles()

        assert first["Viewer"]
        assert rights() == first

    def test_a_permission_that_was_made_anew_is_theirs_again(self, engine_db: None) -> None:
        put_roles()
        Permission.objects.get(codename="force_disbursementrequest").delete()
        put_roles()  # makes it again, under another number
        empty_tables()

        put_roles()

        assert "force_disbursementrequest" in rights()["Approver"]


def without_key(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


def rights() -> dict[str, set[str]]:
    return {
        group.name: set(group.permissions.values_list("codename", flat=True))
        for group in Group.objects.all()
    }
