"""The other half: faults, crashes, mail that goes astray, forgers; and coming to rest."""

from datetime import datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from disbursements.models import AttemptOutcome, DisbursementRequest, DisbursementRetryLog
from disbursements.states import DisbursementStatus as Status
from gateways import inbox
from gateways.models import Callback
from gateways.simulator.behaviour import THROTTLED
from gateways.simulator.credential import WRONG_TRIES_MAX
from gateways.simulator.faults import FAULTS
from tests.journeys.everyday import CUSTOMERS, NUMBERS
from tests.journeys.forging import forged_result
from tests.journeys.offices import Staffed
from tests.wire import LISTED, UNLISTED

INVENTED = "SKL9ZZ9ZZ9"
PLANS = ["none", "stormy", "worst", "status_lost=1", "status_not_found=1", "status_pending=1",
         "status_lost=1,lost_callback=1"]  # fmt: skip
BREAKS = ("broken token", "broken float", "broken initiator", "mended")
WEATHER = [*PLANS * 3, *(f"{fault}=1" for fault in FAULTS)]
STEPS_BETWEEN_RESTS = 12
FROZEN_S_MIN = 3000
CALLING = ("send", "retry", "ask")
WRITING = ("deliver", "recover", *CALLING)
FORGERIES = ("wrong secret", "wrong amount", "reused receipt", "no receipt", "failure", "success")


class Machine(Staffed):
    """Everything that can happen, in any order."""

    weather_at: datetime | None = None
    rested_at = 0

    def acts(self) -> dict[str, bool]:
        """Also what provider and chance may do."""
        return super().acts() | {
            "change_weather": self.clock.moment != self.weather_at,
            "break_or_mend": self.clock.moment != self.weather_at,
            "read_again": self.seldom("callback replayed") and bool(self.house.wire.posted),
            "contradict": self.seldom("failure after success", "another receipt after success")
            and any(row.status == Status.COMPLETED for row in self.seen.rows),
        }

    def change_weather(self, data: st.DataObject) -> None:
        """The provider's own faults become others."""
        plan = data.draw(st.sampled_from(WEATHER))
        self.house.simulator.change_faults(plan)
        self.weather_at = self.clock.moment
        self.met("faults changed")

    @precondition(lambda self: self._victims(*CALLING) or self.has_room())
    @rule(data=st.data(), answered=st.booleans())
    def a_worker_dies_at_its_call(self, data: st.DataObject, answered: bool) -> None:
        name = data.draw(st.sampled_from(self._victims(*CALLING) or [self._fresh(data)]))
        if self.house.dies_at_call(name, answered=answered):
            self.met(f"killed {'after' if answered else 'before'} the call of {name}")

    @precondition(lambda self: self._victims(*WRITING) or self.has_room())
    @rule(data=st.data(), number=st.integers(1, 14))
    def a_worker_dies_at_a_write(self, data: st.DataObject, number: int) -> None:
        name = data.draw(st.sampled_from(self._victims(*WRITING) or [self._fresh(data)]))
        if self.house.dies_at_write(name, number):
            self.met(f"killed at a write of {name}")

    @precondition(
        lambda self: (
            not self.often["frozen before the call"]
            and (self._victims("send", "retry") or self.has_room())
        )
    )
    @rule(data=st.data())
    def a_worker_is_frozen_for_an_hour(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self._victims("send", "retry") or [self._fresh(data)]))
        before = self.clock.moment
        self.house.stalls_at_call(name)
        if (self.clock.moment - before).total_seconds() > FROZEN_S_MIN:
            self.met("frozen before the call")

    @precondition(lambda self: bool(self.house.mail or self.house.simulator.next_moment()))
    @rule(data=st.data(), times=st.integers(0, 3))
    def one_letter_arrives(self, data: st.DataObject, times: int) -> None:
        if not self._wait_for_mail():
            return
        place = data.draw(st.integers(0, len(self.house.mail) - 1))
        self.house.hand_in(self.house.mail.pop(place), times=times)
        self.met(["letter lost", "letter once", "letter twice", "letter thrice"][times])
        if place and times:
            self.met("letter out of order")

    @precondition(lambda self: bool(self.house.mail or self.house.simulator.next_moment()))
    @rule(lost=st.booleans())
    def all_letters(self, lost: bool) -> None:
        if not self._wait_for_mail():
            return
        if lost:
            self.house.mail.clear()
        else:
            self.house.hand_in_all()
        self.met("all letters lost" if lost else "all letters arrive")

    def read_again(self, data: st.DataObject) -> None:
        """Staff have a stored callback read once more."""
        ids = list(Callback.objects.order_by("id").values_list("id", flat=True))
        inbox.replay(callback_id=data.draw(st.sampled_from(ids)))
        self.met("callback replayed")

    def break_or_mend(self, data: st.DataObject) -> None:
        """Tokens, float and credentials."""
        number, what = data.draw(st.sampled_from(NUMBERS)), data.draw(st.sampled_from(BREAKS))
        simulator = self.house.simulator
        if what == "broken token":
            simulator.tokens.forget_all()
        elif what == "broken float":
            simulator.world.wallets.of(number).utility = 0
        elif what == "broken initiator":
            simulator.world.initiators.wrong_tries["apiop"] = WRONG_TRIES_MAX
        else:
            simulator.top_up(shortcode=number, shillings=500_000)
            simulator.world.initiators.unlock(name="apiop")
        self.weather_at = self.clock.moment
        self.met(what)

    @precondition(lambda self: bool(self._open()))
    @rule(data=st.data(), kind=st.sampled_from(FORGERIES))
    def somebody_forges(self, data: st.DataObject, kind: str) -> None:
        row, attempt, url = data.draw(st.sampled_from(self._open()))
        facts = self._forgery(kind, row, attempt, data)
        if facts is not None:
            url, source = facts.pop("url", url), facts.pop("source", LISTED)
            body = forged_result(reference=attempt.provider_reference, msisdn=row.msisdn, **facts)
            self.house.wire.post_body(url=url, body=body, source=source)
            self.met(f"forged {kind}")

    def contradict(self, data: st.DataObject) -> None:
        """The provider says another thing of what it paid."""
        again = data.draw(st.booleans())
        done = [each for each in self._sent() if each[0].status == Status.COMPLETED]
        if not done:
            return
        row, attempt, url = data.draw(st.sampled_from(done))
        body = forged_result(
            reference=attempt.provider_reference, code="0" if again else THROTTLED,
            receipt=INVENTED, shillings=row.amount_minor // 100, msisdn=row.msisdn,
        )  # fmt: skip
        self.house.wire.post_body(url=url, body=body)
        self.met("another receipt after success" if again else "failure after success")

    @precondition(lambda self: self.steps_taken > self.rested_at + STEPS_BETWEEN_RESTS)
    @rule(helped=st.booleans(), lost=st.booleans())
    def all_comes_to_rest(self, helped: bool, lost: bool) -> None:
        self.rested_at = self.steps_taken
        if lost:
            self.house.mail.clear()
        if helped:
            self.house.put_right()
        self.house.come_to_rest()
        self.look(at_rest=True)
        self.met("came to rest")

    def _wait_for_mail(self) -> bool:
        """Until the provider has something to tell: it acts, then it reports."""
        for _ in ("acts", "reports"):
            moment = self.house.simulator.next_moment()
            if not self.house.mail and moment:
                self.clock.moment = max(self.clock.moment, moment)
                self.house.collect()
        return bool(self.house.mail)

    def _victims(self, *names: str) -> list[str]:
        return [name for name in names if self.seen.due(name)]

    def _fresh(self, data: st.DataObject) -> str:
        """Something to send, where nothing is due."""
        self.instruct_one(digits=data.draw(st.sampled_from(CUSTOMERS)))
        return "send"

    def _sent(self) -> list[tuple[DisbursementRequest, DisbursementRetryLog, str]]:
        """Every attempt that the provider heard of, with the address of its callback."""
        found = [
            (row, attempt, self.house.callback_url(attempt))
            for row in self.seen.rows
            for attempt in self.seen.attempts[row.pk]
        ]
        return [each for each in found if each[2]]

    def _open(self) -> list[tuple[DisbursementRequest, DisbursementRetryLog, str]]:
        return [each for each in self._sent() if each[1].outcome == AttemptOutcome.OPEN]

    def _forgery(
        self, kind: str, row: DisbursementRequest, attempt: DisbursementRetryLog,
        data: st.DataObject,
    ) -> dict[str, Any] | None:  # fmt: skip
        shillings = row.amount_minor // 100
        if kind == "failure":
            # Before the end only: a listed source is believed, so the forger is not listed.
            return {"code": THROTTLED, "source": UNLISTED}
        if kind == "success":
            told = {"code": "0", "receipt": INVENTED, "shillings": shillings}
            return told | {"source": UNLISTED}
        if kind == "wrong amount":
            return {"code": "0", "receipt": INVENTED, "shillings": shillings + 1}
        if kind == "no receipt":
            return {"code": "0", "receipt": "", "shillings": shillings}
        if kind == "reused receipt":
            others = [each.receipt for each in self.seen.rows if each.receipt and each != row]
            if not others:
                return None
            receipt = data.draw(st.sampled_from(others))
            return {"code": "0", "receipt": receipt, "shillings": shillings}
        others = [url for other, _, url in self._sent() if other != row]
        if not others:
            return None
        url = data.draw(st.sampled_from(others))
        return {"code": "0", "receipt": INVENTED, "shillings": shillings, "url": url}
