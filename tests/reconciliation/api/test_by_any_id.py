"""The filter sessionId takes what checks take: an id, a reference, a receipt; and whose each row
is stands beside it in the same words everywhere."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from disbursements.models import DisbursementRequest
from disbursements.operations.instruct import instruct
from disbursements.rules.intake import Instruction
from reconciliation.api.answers import CheckActiveAnswer
from reconciliation.models import Finding, LiveEvent, ReconciliationRun
from tests.disbursements.api.conftest import Caller
from tests.reconciliation.api.conftest import PATH, demand_documented
from tests.watching import TableSource
from tests.wire import MovedClock
from vault.models import Partner

LISTS = ("runs", "findings")


@pytest.fixture
def payout(pay: Callable[..., DisbursementRequest], clerk: Caller) -> DisbursementRequest:
    """Checked, and with a difference; another one is too."""
    first, other = pay("00001"), pay("00002")
    for row in (first, other):
        clerk.post({}, path=f"{PATH}/session/{row.pk}")
        differs(str(row.pk), row.partner_id)
    return first


def differs(subject_id: str, partner_id: UUID | None, kind: str = "disbursement") -> Finding:
    at = ReconciliationRun.objects.latest("started_at").started_at
    return Finding.objects.create(
        subject_kind=kind, subject_id=subject_id, partner_id=partner_id, kind="late",
        severity="medium", status="open", status_at=at, text="Late", there_name="M-Pesa",
        opened_at=at, seen_at=at,
    )  # fmt: skip


def ids(caller: Caller, name: str, **asked: Any) -> list[str]:
    answer = caller.get(f"{PATH}/{name}", **asked)
    assert answer.status_code == 200, answer.content
    return [each["sessionId"] for each in answer.json()[name]]


@pytest.mark.parametrize("name", LISTS)
class TestOneThing:
    def test_by_our_id_and_by_reference(
        self, payout: DisbursementRequest, clerk: Caller, name: str
    ) -> None:
        said = (str(payout.pk), str(payout.pk).upper(), payout.client_reference,
                f" {payout.client_reference} ")  # fmt: skip

        assert [ids(clerk, name, sessionId=text) for text in said] == [[str(payout.pk)]] * 4

    def test_a_key_finds_its_own_and_no_others(
        self, payout: DisbursementRequest, key: Caller, stranger: tuple[Partner, Caller], name: str
    ) -> None:
        own = ids(key, name, sessionId=payout.client_reference)
        others = [
            stranger[1].get(f"{PATH}/{name}", sessionId=text)
            for text in (payout.client_reference, payout.pk)
        ]

        assert own == [str(payout.pk)]
        assert [answer.status_code for answer in others] == [400, 400]

    def test_what_nothing_has_is_named_with_an_example(
        self, payout: DisbursementRequest, clerk: Caller, name: str
    ) -> None:
        for text in ("REF-99999", str(uuid4()), "a\nb"):
            answer = clerk.get(f"{PATH}/{name}", sessionId=text)

            assert (answer.status_code, list(answer.json()["fields"])) == (400, ["sessionId"])
            assert "nothing of yours has" in answer.json()["error"]
            assert "such as" in answer.json()["error"]

    def test_one_that_was_never_checked_has_nothing_to_show(
        self, pay: Callable[..., DisbursementRequest], clerk: Caller, name: str
    ) -> None:
        row = pay("00003")

        assert ids(clerk, name, sessionId=row.client_reference) == []

    def test_other_filters_narrow_it_further(
        self, payout: DisbursementRequest, clerk: Caller, name: str
    ) -> None:
        said = {"sessionId": payout.client_reference}

        assert ids(clerk, name, **said, kind="disbursement") == [str(payout.pk)]
        assert ids(clerk, name, **said, kind="loan") == []

    def test_what_is_gone_is_found_by_our_id_as_long_as_it_has_rows(
        self, payout: DisbursementRequest, clerk: Caller, name: str
    ) -> None:
        differs("gone", payout.partner_id)
        run = ReconciliationRun.objects.get(subject_id=str(payout.pk))
        run.pk, run.subject_id = uuid4(), "gone"
        run.save(force_insert=True)

        assert ids(clerk, name, sessionId="gone") == ["gone"]


class TestSeveral:
    @pytest.fixture
    def theirs(
        self, payout: DisbursementRequest, stranger: tuple[Partner, Caller], moved: MovedClock
    ) -> DisbursementRequest:
        """Another partner's payout of the same reference, with a difference too."""
        said = Instruction(
            client_reference=payout.client_reference, msisdn="254700100009", amount="1250"
        )
        row = instruct(
            partner_id=stranger[0].pk, instruction=said, origin="test", actor="test", at=moved()
        ).disbursement
        differs(str(row.pk), row.partner_id)
        return row

    def test_a_reference_of_two_partners_shows_both(
        self, payout: DisbursementRequest, theirs: DisbursementRequest, clerk: Caller
    ) -> None:
        found = ids(clerk, "findings", sessionId=payout.client_reference)

        assert sorted(found) == sorted([str(payout.pk), str(theirs.pk)])

    def test_a_bulk_says_which_there_are(
        self, payout: DisbursementRequest, theirs: DisbursementRequest, clerk: Caller
    ) -> None:
        selection = {"of": "findings", "sessionId": payout.client_reference}

        answer = clerk.post({"selection": selection}, path=f"{PATH}/bulk")

        assert (answer.status_code, list(answer.json()["fields"])) == (
            400, ["selection.sessionId"],
        )  # fmt: skip
        assert str(theirs.pk) in answer.json()["error"]


class TestBulk:
    @pytest.mark.parametrize("of", LISTS)
    def test_its_selection_takes_the_same(
        self, payout: DisbursementRequest, clerk: Caller, of: str
    ) -> None:
        said = {"of": of, "sessionId": payout.client_reference}

        answer = clerk.post({"selection": said}, path=f"{PATH}/bulk")

        assert (answer.status_code, answer.json()["bulk"]["total"]) == (202, 1)

    @pytest.mark.parametrize("text", ["REF-99999", "a\x00b", "\ud800"])
    def test_what_nothing_has_is_a_clear_400(
        self, payout: DisbursementRequest, clerk: Caller, text: str
    ) -> None:
        said = {"of": "findings", "sessionId": text}

        answer = clerk.post({"selection": said}, path=f"{PATH}/bulk")

        assert answer.status_code == 400


class TestWhose:
    def test_id_and_name_stand_beside_every_row(
        self, source: TableSource, clerk: Caller, a_partner: Partner
    ) -> None:
        source.say("ours", partner_id=a_partner.pk)
        source.say("nobodys")
        source.broken.add("broken")
        source.say("broken", partner_id=a_partner.pk)
        checked = [clerk.post({}, path=f"{PATH}/session/{text}").json()["result"]
                   for text in ("ours", "nobodys", "broken")]  # fmt: skip
        clerk.post({}, path=f"{PATH}/queue/ours")
        differs("ours", a_partner.pk, "payment")
        differs("nobodys", None, "payment")
        told = [
            event.data for event in LiveEvent.objects.filter(kind="reconciliation_result")
        ]  # fmt: skip
        listed = [clerk.get(f"{PATH}/{name}").json()[name] for name in LISTS]
        active = clerk.get(f"{PATH}/active").json()

        whose = {
            (each["sessionId"], each["partner"], each["partnerName"])
            for each in (*checked, *told, *listed[0], *listed[1], *active["waiting"])
        }

        demand_documented(CheckActiveAnswer(), active)
        assert whose == {
            ("ours", str(a_partner.pk), a_partner.name), ("nobodys", None, ""),
            ("broken", str(a_partner.pk), a_partner.name),
        }  # fmt: skip
