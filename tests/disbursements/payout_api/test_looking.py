"""Jobs, their transfers and one transfer: what is told, to whom, and page by page."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disbursements.api import payout_examples as examples
from disbursements.models import PayoutJob
from tests.contests import many_wins, settle
from tests.disbursements.api.conftest import Caller
from tests.disbursements.payout_api.conftest import JOBS, NOBODY, TRANSFERS, transfer_ids
from vault.models import Partner, Shortcode


class TestJob:
    def test_its_counts_and_amounts_and_who_waits(self, api: Caller, paid: PayoutJob) -> None:
        said = api.get(f"{JOBS}/{paid.pk}").json()["job"]

        assert said["transfers"]["completed"] == {"count": 2, "amount": "80.00"}
        assert said["transfers"]["pending"] == {"count": 1, "amount": "20.00"}
        assert said["skipped"] == [
            {"reason": "no_account", "meaning": "this user has no connected account yet",
             "count": 1}
        ]  # fmt: skip
        assert (said["status"], said["completedAt"]) == ("processing", None)
        assert set(said) == set(examples.JOB["job"])
        assert list(said["transfers"]) == list(examples.JOB["job"]["transfers"])

    @pytest.mark.parametrize("text", [NOBODY, "no-id", "x" * 5000, "%00"])
    @pytest.mark.parametrize("address", [JOBS, TRANSFERS])
    def test_what_is_no_id_of_theirs_is_404(self, quick: Caller, address: str, text: str) -> None:
        assert quick.get(f"{address}/{text}").status_code == 404


class TestTransfers:
    def test_they_come_in_the_order_of_the_settlement_with_a_sentence_each(
        self, api: Caller, paid: PayoutJob
    ) -> None:
        said = api.get(f"{JOBS}/{paid.pk}/transfers").json()

        first, _, third = said["transfers"]
        assert [each["userId"] for each in said["transfers"]] == ["user-1", "user-2", "user-3"]
        assert (first["status"], first["destination"]) == ("completed", "acct_user1")
        assert first["why"].startswith("Paid: USD 50.00")
        assert (third["status"], third["payoutStatus"]) == ("pending", "held")
        assert (third["reasonCode"], third["destination"]) == ("no_account", None)
        assert third["why"].startswith("Not paid yet: this user has no connected account yet")
        assert set(third) == set(examples.TRANSFERS["transfers"][1])

    def test_one_is_told_with_its_attempts_and_bookings(
        self, api: Caller, paid: PayoutJob
    ) -> None:
        pk = transfer_ids(paid)["user-1"]

        said = api.get(f"{TRANSFERS}/{pk}").json()["transfer"]

        [attempt] = said["attempts"]
        assert said["stripeTransferId"].startswith("tr_")
        assert (attempt["keyGeneration"], attempt["idempotencyKey"]) == (1, f"payout:{pk}")
        assert (attempt["outcome"], attempt["destination"]) == ("paid", "acct_user1")
        assert [(each["reference"], each["kind"]) for each in said["ledger"]] == [
            (f"ledger:payout:{pk}:1", "hold"), (f"ledger:payout:{pk}:1:commit", "commit"),
        ]  # fmt: skip
        assert set(said) == set(examples.TRANSFER["transfer"])
        assert set(attempt) == set(examples.TRANSFER["transfer"]["attempts"][0])

    def test_the_disbursements_api_tells_of_it_too(self, api: Caller, paid: PayoutJob) -> None:
        settle(paid.partner, {"user-9": "12.34"}, settlement_id="CENTS", contest_id="cents")

        listed = api.get().json()["disbursements"]
        summary = api.get("/api/disburse/retry").json()["summary"]

        assert {each["amount"] for each in listed} == {50, 30, 20, 12.34}
        assert {"status": "queued", "currency": "USD", "count": 1, "amount": 12.34} in (
            summary["money"]
        )


class TestPages:
    def test_a_job_of_many_is_read_page_by_page(self, api: Caller, platform: Shortcode) -> None:
        job = settle(platform.partner, many_wins(25)).job
        lines, cursor = [], None

        for _ in range(3):
            more = {"cursor": cursor} if cursor else {}
            page = api.get(f"{JOBS}/{job.pk}/transfers", limit=10, **more).json()
            lines += [each["line"] for each in page["transfers"]]
            cursor = page["nextCursor"]

        assert lines == list(range(1, 26))
        assert cursor is None

    def test_jobs_are_read_newest_first_page_by_page(
        self, api: Caller, platform: Shortcode
    ) -> None:
        names = [f"S-{number}" for number in range(3)]
        for name in names:
            settle(platform.partner, settlement_id=name, contest_id=name)

        first = api.get(JOBS, limit=2).json()
        second = api.get(JOBS, limit=2, cursor=first["nextCursor"]).json()

        told = [each["settlementId"] for each in (*first["jobs"], *second["jobs"])]
        assert sorted(told) == names
        assert second["nextCursor"] is None

    def test_more_rows_are_not_more_queries(self, api: Caller, paid: PayoutJob) -> None:
        counts = []
        for limit in (1, 3):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                api.get(f"{JOBS}/{paid.pk}/transfers", limit=limit)
            counts.append(len(queries))

        assert counts[1] <= counts[0] + 1

    @pytest.mark.parametrize(
        ("name", "text"),
        [("limit", "0"), ("limit", "201"), ("limit", "-1"), ("limit", "\u0661"), ("limit", "1e1"),
         ("limit", "9" * 400), ("cursor", "x"), ("cursor", ""), ("cursor", "W10"),
         ("cursor", "W3RydWVd"), ("cursor", "Wy0xXQ"), ("cursor", "A" * 5000), ("status", "paid"),
         ("status", ""), ("skip", "x"), ("waits", "maybe"), ("userId", "\x00"),
         ("userId", "u" * 300), ("search", "x" * 300), ("job", NOBODY), ("x" * 5000, "1")],
    )  # fmt: skip
    def test_a_parameter_of_transfers_that_is_none_is_named(
        self, quick: Caller, quick_partner: Partner, name: str, text: str
    ) -> None:
        job = settle(quick_partner).job

        answer = quick.get(f"{JOBS}/{job.pk}/transfers", **{name: text})

        assert answer.status_code == 400, answer.content
        assert len(answer.json()["fields"]) == 1
        assert len(answer.content) < 2_000

    @pytest.mark.parametrize(
        ("name", "text"),
        [("status", "done"), ("partner", "x"), ("from", "yesterday"), ("to", "9999-12-31"),
         ("open", "1"), ("cursor", "W10"), ("currency", ""), ("settlementId", "\x00"),
         ("with", "x"), ("contest", "c"), ("search", "\x00")],
    )  # fmt: skip
    def test_a_parameter_of_jobs_that_is_none_is_named(
        self, quick: Caller, name: str, text: str
    ) -> None:
        answer = quick.get(JOBS, **{name: text})

        assert answer.status_code == 400, answer.content
        assert len(answer.json()["fields"]) == 1

    @pytest.mark.parametrize(
        ("query", "found"),
        [({"settlementId": "SET-1"}, 1), ({"settlementId": "SET"}, 0), ({"contestId": "cup-1"}, 1),
         ({"status": "processing"}, 1), ({"open": "no"}, 0), ({"with": "waiting"}, 1),
         ({"currency": "usd,eur"}, 1), ({"from": "2026-11-22"}, 0), ({"search": "user-3"}, 1),
         ({"search": "acct_user1"}, 1)],
    )  # fmt: skip
    def test_jobs_are_narrowed(
        self, api: Caller, paid: PayoutJob, query: dict[str, str], found: int
    ) -> None:
        assert len(api.get(JOBS, **query).json()["jobs"]) == found

    @pytest.mark.parametrize(
        ("query", "users"),
        [({"status": "completed"}, ["user-1", "user-2"]), ({"waits": "yes"}, ["user-3"]),
         ({"skip": "no_account"}, ["user-3"]), ({"userId": "user-2"}, ["user-2"]),
         ({"returned": "yes"}, []), ({"search": "user-1"}, ["user-1"]),
         ({"status": "completed", "userId": "user-3"}, [])],
    )  # fmt: skip
    def test_transfers_are_narrowed(
        self, api: Caller, paid: PayoutJob, query: dict[str, str], users: list[str]
    ) -> None:
        said = api.get(f"{JOBS}/{paid.pk}/transfers", **query).json()

        assert [each["userId"] for each in said["transfers"]] == users


class TestWho:
    def test_another_partner_sees_nothing_of_it(
        self, stranger: Caller, paid: PayoutJob, other: Shortcode
    ) -> None:
        pk = transfer_ids(paid)["user-1"]

        answers = [
            stranger.get(f"{JOBS}/{paid.pk}"), stranger.get(f"{JOBS}/{paid.pk}/transfers"),
            stranger.get(f"{TRANSFERS}/{pk}"),
        ]  # fmt: skip
        lists = [
            stranger.get(JOBS), stranger.get(JOBS, partner=str(paid.partner_id)),
            stranger.get(JOBS, search="user-1"), stranger.get(JOBS, settlementId="SET-1"),
        ]  # fmt: skip

        assert [answer.status_code for answer in answers] == [404] * 3
        assert [answer.json()["jobs"] for answer in lists] == [[]] * 4

    def test_a_partners_own_staff_see_their_own(
        self, person: Any, paid: PayoutJob, other: Shortcode
    ) -> None:
        names = ("view_payoutjob", "view_payouttransfer")
        theirs = person(*names, partner=paid.partner)
        others = person(*names, partner=other.partner)

        answers = [each.get(f"{JOBS}/{paid.pk}").status_code for each in (theirs, others)]

        assert answers == [200, 404]

    def test_users_that_are_phones_are_masked_for_who_may_not_see_them(
        self, person: Any, platform: Shortcode
    ) -> None:
        job = settle(platform.partner, {"254700000777": "1.00"}).job
        names = ("view_payouttransfer", "view_payoutjob")

        blind = person(*names).get(f"{JOBS}/{job.pk}/transfers")
        seeing = person(*names, "see_phones").get(f"{JOBS}/{job.pk}/transfers")

        assert b"254700000777" not in blind.content
        assert blind.json()["transfers"][0]["id"] == seeing.json()["transfers"][0]["id"]
        assert seeing.json()["transfers"][0]["userId"] == "254700000777"

    def test_without_the_permission_it_is_403(self, person: Any, paid: PayoutJob) -> None:
        clerk = person("view_disbursementrequest")

        answers = [clerk.get(JOBS), clerk.get(f"{JOBS}/{paid.pk}/transfers")]

        assert [answer.status_code for answer in answers] == [403, 403]
