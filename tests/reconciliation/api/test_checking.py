"""POST …/session/{id} and …/queue/{id}: as documented, and what is wrong with them."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from reconciliation.api.answers import CheckQueuedAnswer, CheckResultAnswer
from reconciliation.models import CheckRequest, ReconciliationRun
from reconciliation.operations import check_now as asking
from reconciliation.operations.claim_checks import claimed
from reconciliation.operations.request_check import request
from tests.disbursements.api.conftest import Caller
from tests.reconciliation.api.conftest import (
    CHECK,
    PATH,
    SEE_PAYOUTS,
    VIEW,
    Staff,
    demand_documented,
)
from tests.watching import TOLD, TableSource
from tests.wire import MovedClock
from vault.models import Partner

# As the source document has them.
RESULT = {"sessionId", "status", "sessionDetails", "reconciliationMetadata"}
DETAILS = {"client", "psychologist", "amount", "transactionId"}
METADATA = {"trigger", "processingTime", "timestamp"}


def session(caller: Caller, text: str, body: Any = None, *, verb: str = "session") -> Any:
    content = {} if body is None else body
    return caller.post(content, path=f"{PATH}/{verb}/{text}")


class TestSession:
    def test_it_is_the_documented_answer(self, source: TableSource, clerk: Caller) -> None:
        source.say("1")

        answer = session(clerk, "1", {"trigger": "manual_dashboard"})

        assert answer.status_code == 200
        said = answer.json()
        demand_documented(CheckResultAnswer(), said)
        assert said["success"] is True
        assert set(said["result"]) >= RESULT
        assert set(said["result"]["sessionDetails"]) >= DETAILS
        assert set(said["result"]["reconciliationMetadata"]) >= METADATA
        assert (said["result"]["sessionId"], said["result"]["status"]) == ("1", "matched")
        assert said["result"]["sessionDetails"]["amount"] == 1250
        metadata = said["result"]["reconciliationMetadata"]
        assert metadata["trigger"] == "manual_dashboard"
        assert metadata["timestamp"] == "2026-11-21T08:00:00.000Z"
        assert isinstance(metadata["processingTime"], int)

    def test_a_difference_is_in_it(self, source: TableSource, clerk: Caller) -> None:
        source.say("1", told=replace(TOLD, amount_minor=100_000))

        result = session(clerk, "1").json()["result"]

        assert result["status"] == "discrepancy"
        [issue] = result["issues"]
        assert (issue["type"], issue["severity"]) == ("amount_mismatch", "high")
        assert issue["message"]

    def test_one_that_fails_is_told_and_repeated(self, source: TableSource, clerk: Caller) -> None:
        source.say("1")
        source.broken = {"1"}

        answer = session(clerk, "1")

        demand_documented(CheckResultAnswer(), answer.json())
        assert (answer.status_code, answer.json()["result"]["status"]) == (200, "error")
        assert CheckRequest.objects.get().tries == 1

    @pytest.mark.parametrize("slash", ["", "/"])
    def test_body_and_slash_may_be_left_out(
        self, source: TableSource, clerk: Caller, slash: str
    ) -> None:
        source.say("1")

        path = f"{PATH}/session/1{slash}"
        answer = clerk.client.generic("POST", path, headers=clerk.headers(None))

        assert answer.status_code == 200
        row = ReconciliationRun.objects.get()
        assert row.trigger == "manual_api"
        assert row.actor.startswith("member")

    def test_one_that_is_being_checked_is_busy(
        self, source: TableSource, clerk: Caller, moved: MovedClock, together: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(asking, "BUSY_WAIT_S", 1)
        source.say("1")
        request(subjects=[("payment", "1", None)], trigger="change", actor="test", at=moved())

        with claimed(at=moved()):
            (answer,) = together(lambda: session(clerk, "1"))

        assert (answer.status_code, answer.json()["code"]) == (409, "busy")
        assert answer["Retry-After"] == "1"


class TestQueue:
    def test_it_waits_once_however_often_it_is_asked_for(
        self, source: TableSource, clerk: Caller
    ) -> None:
        source.say("1")

        answers = [session(clerk, "1", {"trigger": "manual_queue"}, verb="queue") for _ in "12"]

        assert [answer.status_code for answer in answers] == [202, 202]
        said = answers[1].json()
        demand_documented(CheckQueuedAnswer(), said)
        assert (said["success"], said["sessionId"], said["queueLength"]) == (True, "1", 1)
        row = CheckRequest.objects.get()
        assert (row.trigger, row.fresh) == ("manual_queue", True)

    def test_without_a_trigger_it_is_of_the_queue(
        self, source: TableSource, clerk: Caller
    ) -> None:
        source.say("1")

        session(clerk, "1", verb="queue")

        assert CheckRequest.objects.get().trigger == "manual_queue"


@pytest.mark.parametrize("verb", ["session", "queue"])
class TestRefused:
    def test_what_names_nothing(self, source: TableSource, clerk: Caller, verb: str) -> None:
        texts = (
            "none", "507f1f77bcf86cd799439011", "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11", "x" * 300,
            "%00", "%0A", "a%00b", "%F0%9F%92%B8", "..", "'%20OR%201=1", "%20",
        )  # fmt: skip

        answers = {text: session(clerk, text, verb=verb) for text in texts}

        told = {text: (answer.status_code, answer.json()["code"])
                for text, answer in answers.items()}  # fmt: skip
        assert told == dict.fromkeys(texts, (404, "session_not_found"))
        for answer in answers.values():
            assert "such as" in answer.json()["fields"]["sessionId"][0]
        assert not CheckRequest.objects.exists()

    def test_anothers_looks_like_one_that_is_not_there(
        self, source: TableSource, staff: Staff, a_partner: Partner, verb: str,
        stranger: tuple[Partner, Caller],
    ) -> None:  # fmt: skip
        ours, unknown = str(uuid4()), str(uuid4())
        source.say(ours, partner_id=a_partner.pk)
        theirs = staff(CHECK, partner=stranger[0])

        answers = [session(theirs, text, verb=verb) for text in (ours, unknown)]

        assert [answer.status_code for answer in answers] == [404, 404]
        said = [answer.content.decode().replace(text, "ID")
                for answer, text in zip(answers, (ours, unknown), strict=True)]  # fmt: skip
        assert said[0] == said[1]
        assert session(staff(CHECK, partner=a_partner), ours, verb=verb).status_code in {200, 202}

    def test_a_body_that_is_wrong_names_the_field(
        self, source: TableSource, clerk: Caller, verb: str
    ) -> None:
        source.say("1")
        triggers = ("DROP TABLE", "x" * 41, "", "a-b", "a\n", 7, None, ["manual"], {}, True)
        bodies: list[tuple[dict[str, Any], str]] = [
            *(({"trigger": trigger}, "trigger") for trigger in triggers),
            ({"kind": "moon"}, "kind"), ({"kind": {}}, "kind"), ({"force": True}, "force"),
        ]  # fmt: skip

        answers = [session(clerk, "1", body, verb=verb) for body, _ in bodies]

        told = [(each.status_code, list(each.json()["fields"])) for each in answers]
        assert told == [(400, [field]) for _, field in bodies]
        assert not ReconciliationRun.objects.exists()
        assert not CheckRequest.objects.exists()

    def test_a_body_that_cannot_be_read(
        self, source: TableSource, clerk: Caller, verb: str
    ) -> None:
        source.say("1")
        deep, huge = b"[" * 20_000 + b"]" * 20_000, b"x" * 1_100_000
        bodies = {
            b"{": 400, b"[]": 400, b'"x"': 400, b"\xff\xfe": 400,
            b'{"trigger": "a", "trigger": "b"}': 400, b'{"trigger": ' + deep + b"}": 400,
            b'{"trigger": "' + huge + b'"}': 413,
        }  # fmt: skip

        answers = [session(clerk, "1", body, verb=verb) for body in bodies]

        assert [answer.status_code for answer in answers] == list(bodies.values())
        assert not any(answer.json()["success"] for answer in answers)
        assert not ReconciliationRun.objects.exists()

    def test_a_kind_tells_two_apart(self, source: TableSource, clerk: Caller, verb: str) -> None:
        source.say("1")

        right = session(clerk, "1", {"kind": "payment"}, verb=verb)
        wrong = session(clerk, "1", {"kind": "loan"}, verb=verb)

        assert right.status_code in {200, 202}
        assert wrong.status_code == 404

    def test_a_key_and_a_viewer_have_nothing_checked(
        self, source: TableSource, key: Caller, staff: Staff, verb: str
    ) -> None:
        source.say("1")

        answers = [session(caller, "1", verb=verb) for caller in (key, staff(VIEW))]

        assert [answer.status_code for answer in answers] == [403, 403]
        assert [answer.json()["code"] for answer in answers] == [
            "staff_only", "permission_missing",
        ]  # fmt: skip

    def test_other_methods_are_refused(self, clerk: Caller, verb: str) -> None:
        assert clerk.get(f"{PATH}/{verb}/1").status_code == 405


class TestWithoutAStub:
    def test_a_payout_is_found_by_its_id_and_its_reference(
        self, clerk: Caller, staff: Staff, pay: Any, stranger: tuple[Partner, Caller],
        a_partner: Partner,
    ) -> None:  # fmt: skip
        row = pay("00001", reference="SAL-0001")

        answers = [session(clerk, text) for text in (str(row.pk), "SAL-0001")]
        foreign = session(staff(CHECK, SEE_PAYOUTS, partner=stranger[0]), str(row.pk))
        of_another_kind = session(clerk, str(a_partner.pk))

        assert [answer.status_code for answer in answers] == [200, 200]
        results = [answer.json()["result"] for answer in answers]
        assert {result["sessionId"] for result in results} == {str(row.pk)}
        assert {result["kind"] for result in results} == {"disbursement"}
        assert {result["status"] for result in results} == {"pending"}
        assert "254700100001" not in answers[0].content.decode()
        assert (foreign.status_code, of_another_kind.status_code) == (404, 404)
