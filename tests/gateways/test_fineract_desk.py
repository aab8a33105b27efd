"""What is asked of Mifos X beside its loans: version, user, day, checkers (1, 3.7, 5)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import responses

from core import clock
from gateways.errors import Declined, Unclear
from gateways.interface import AccessRefused
from tests.gateways.fineract_answers import ACCESS, API, INFO, desk, refusal
from tests.wire import MovedClock

SWITCH = f"{API}/configurations/name/enable-business-date"
DAY = f"{API}/businessdate/BUSINESS_DATE"
USER = f"{API}/authentication"
AUDITS = f"{API}/audits"
GONE = refusal("error.msg.resource.not.found")
DENIED = refusal("error.msg.not.authorized")


@pytest.fixture
def border() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture(autouse=True)
def _late_evening() -> Iterator[None]:
    """21 November 2026, 22:30 in Nairobi, and the 22nd in Kolkata."""
    with clock.reading_from(MovedClock(datetime(2026, 11, 21, 19, 30, tzinfo=UTC))):
        yield


class TestTheVersion:
    @pytest.mark.parametrize(
        ("info", "version"),
        [
            ({"git": {"build": {"version": "1.9.0"}}}, "1.9.0"),
            ({"git": {"build": {"version": "0.0.0-4198b0b"}, "tags": "1.10.1"}}, "1.10.1"),
            ({"build": {"version": "1.8.4"}}, "1.8.4"),
            ({"git": {"closest": {"tag": {"name": "1.3.0"}}}}, ""),
            ({"git": "1.9.0"}, ""),
            ([], ""),
            ({}, ""),
        ],
    )
    def test_it_is_read_where_builds_write_it(
        self, border: responses.RequestsMock, info: Any, version: str
    ) -> None:
        border.get(INFO, json=info)

        assert desk().version() == version

    @pytest.mark.parametrize(
        ("status", "body"), [(401, b""), (403, b""), (404, b"<html>"), (200, b"<html>")]
    )
    def test_a_closed_page_says_nothing(
        self, border: responses.RequestsMock, status: int, body: bytes
    ) -> None:
        border.get(INFO, status=status, body=body)

        assert desk().version() == ""

    def test_a_broken_server_is_no_version(self, border: responses.RequestsMock) -> None:
        border.get(INFO, status=502, body=b"<html>")

        with pytest.raises(Unclear):
            desk().version()


class TestTheUser:
    def test_permissions_and_office(self, border: responses.RequestsMock) -> None:
        body = {"permissions": ["READ_LOAN"], "officeId": 4, "officeName": "Branch Example"}
        border.post(USER, json=body)

        user = desk().user()

        assert (user.permissions, user.office) == (frozenset({"READ_LOAN"}), "Branch Example")
        assert not user.sees_all_offices

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"shouldRenewPassword": True}, "error.msg.password.outdated"),
            ({"isTwoFactorAuthenticationRequired": True, "permissions": []}, "two_factor"),
        ],
    )
    def test_a_right_password_may_not_be_enough(
        self, border: responses.RequestsMock, fields: dict[str, Any], code: str
    ) -> None:
        border.post(USER, json=fields)

        with pytest.raises(AccessRefused) as caught:
            desk().user()

        assert caught.value.code == code

    def test_a_wrong_one_is_refused(self, border: responses.RequestsMock) -> None:
        border.post(USER, status=401, body=refusal("error.msg.not.authenticated"))

        with pytest.raises(AccessRefused):
            desk().user()

    def test_an_answer_without_permissions_is_unclear(
        self, border: responses.RequestsMock
    ) -> None:
        border.post(USER, json={"authenticated": True})

        with pytest.raises(Unclear):
            desk().user()


class TestPaymentTypes:
    def test_cash_is_told(self, border: responses.RequestsMock) -> None:
        rows = [{"id": 1, "name": "Cash", "isCashPayment": True}, {"id": 2, "name": "M-Pesa"}]
        border.get(f"{API}/paymenttypes", json=rows)

        found = desk().payment_types()

        assert [(each.type_id, each.name, each.is_cash) for each in found] == [
            (1, "Cash", True), (2, "M-Pesa", False),
        ]  # fmt: skip

    def test_a_missing_permission_is_named(self, border: responses.RequestsMock) -> None:
        border.get(f"{API}/paymenttypes", status=403, body=DENIED)

        with pytest.raises(AccessRefused) as caught:
            desk().payment_types()

        assert caught.value.permission == "READ_PAYMENTTYPE"


class TestTheBusinessDate:
    @pytest.mark.parametrize("told", [[2026, 11, 18], "2026-11-18"])
    def test_the_stored_day_counts_while_its_switch_is_on(
        self, border: responses.RequestsMock, told: Any
    ) -> None:
        border.get(SWITCH, json={"enabled": True})
        border.get(DAY, json={"type": "BUSINESS_DATE", "date": told})

        assert desk().business_date() == date(2026, 11, 18)

    @pytest.mark.parametrize(
        ("time_zone", "today"),
        [("Africa/Nairobi", 21), ("Asia/Kolkata", 22), ("America/New_York", 21)],
    )
    def test_a_stale_one_does_not(
        self, border: responses.RequestsMock, time_zone: str, today: int
    ) -> None:
        border.get(SWITCH, json={"enabled": False})

        day = desk(replace(ACCESS, time_zone=time_zone)).business_date()

        assert (day, len(border.calls)) == (date(2026, 11, today), 1)

    @pytest.mark.parametrize("body", [GONE, b"<html>"])
    def test_versions_without_one_book_on_today(
        self, border: responses.RequestsMock, body: bytes
    ) -> None:
        border.get(SWITCH, status=404, body=body)

        assert desk().business_date() == date(2026, 11, 21)

    def test_a_switch_without_a_day_books_on_today(self, border: responses.RequestsMock) -> None:
        border.get(SWITCH, json={"enabled": True})
        border.get(DAY, status=404, body=GONE)

        assert desk().business_date() == date(2026, 11, 21)

    @pytest.mark.parametrize(
        ("closed", "permission"), [(SWITCH, "READ_CONFIGURATION"), (DAY, "READ_BUSINESS_DATE")]
    )
    def test_a_missing_permission_is_named(
        self, border: responses.RequestsMock, closed: str, permission: str
    ) -> None:
        if closed == DAY:
            border.get(SWITCH, json={"enabled": True})
        border.get(closed, status=403, body=DENIED)

        with pytest.raises(AccessRefused) as caught:
            desk().business_date()

        assert caught.value.permission == permission

    def test_a_day_that_makes_no_sense_is_no_day(self, border: responses.RequestsMock) -> None:
        border.get(SWITCH, json={"enabled": True})
        border.get(DAY, json={"date": "soon"})

        with pytest.raises(Unclear):
            desk().business_date()


class TestTheChecker:
    @pytest.mark.parametrize(
        ("result", "state"),
        [
            ("processed", "approved"), ("Processed", "approved"), (1, "approved"),
            ({"id": 1}, "approved"), ("awaiting.approval", "waits"), (2, "waits"),
            ("rejected", "rejected"), (3, "rejected"), ("underProcessing", "waits"),
            ("error", "rejected"), (None, "waits"),
        ],
    )  # fmt: skip
    def test_what_became_of_a_command(
        self, border: responses.RequestsMock, result: Any, state: str
    ) -> None:
        rows = [
            {"id": 11, "processingResult": "processed"},
            {"id": 12, "processingResult": result},
        ]
        border.get(AUDITS, json=rows)

        assert desk().checker_verdict(loan_id=7, command_id=12).state == state

    @pytest.mark.parametrize("body", [[], {"pageItems": [], "totalFilteredRecords": 0}])
    def test_what_is_no_longer_there_is_gone(
        self, border: responses.RequestsMock, body: Any
    ) -> None:
        border.get(AUDITS, json=body)

        assert desk().checker_verdict(loan_id=7, command_id=12).state == "gone"

    def test_who_may_not_read_audits_goes_on_waiting(self, border: responses.RequestsMock) -> None:
        border.get(AUDITS, status=403, body=DENIED)

        assert desk().checker_verdict(loan_id=7, command_id=12).state == "waits"

    @pytest.mark.parametrize(("status", "kind"), [(401, AccessRefused), (500, Unclear)])
    def test_trouble_is_no_verdict(
        self, border: responses.RequestsMock, status: int, kind: type[Exception]
    ) -> None:
        border.get(AUDITS, status=status, body=b"")

        with pytest.raises((Declined, Unclear)) as caught:
            desk().checker_verdict(loan_id=7, command_id=12)

        assert type(caught.value) is kind
