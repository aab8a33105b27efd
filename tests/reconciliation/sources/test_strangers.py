"""Strangers: money that messages tell of and nothing of ours accounts for, until it does."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from config.deliveries import deliver_due
from core.callers import Caller
from disbursements.models import DisbursementRequest, DisbursementRetryLog
from gateways import inbox
from gateways.models import Callback
from gateways.simulator import Simulator
from reconciliation.models import CheckRequest, TrailCursor
from reconciliation.operations.read_strangers import read_strangers
from reconciliation.rules.judge import judge
from reconciliation.rules.sides import Judgement, Record
from reconciliation.sources.strangers import StrangerSource
from tests.money_in import make_collection, make_shortcode, received_payment
from tests.reconciliation.bending import behind_our_back
from tests.reconciliation.collected import ANYBODY
from tests.wire import LISTED, START, UNLISTED, Wire
from vault.models import Partner, Shortcode
from vault.queries.collecting import CONFIRMATION, address_of

SOURCE = StrangerSource()
RECEIPT = "UKL1A2B3C4"
CONFIRMED = {
    "TransactionType": "Pay Bill", "TransID": RECEIPT, "TransTime": "20261121105900",
    "TransAmount": "10000.00", "BusinessShortCode": "600999", "BillRefNumber": "SUN-A3",
    "MSISDN": "25470****001", "FirstName": "BARAKA",
}  # fmt: skip
PAID_OUT = {
    "Result": {
        "ResultType": 0, "ResultCode": 0, "ResultDesc": "done", "TransactionID": RECEIPT,
        "OriginatorConversationID": "nobody's", "ConversationID": "AG_1",
        "ResultParameters": {"ResultParameter": [
            {"Key": "TransactionAmount", "Value": 1250},
            {"Key": "TransactionReceipt", "Value": RECEIPT},
            {"Key": "ReceiverPartyPublicName", "Value": "254700100001 - Amina Example"},
            {"Key": "TransactionCompletedDateTime", "Value": "21.11.2026 10:59:00"},
        ]},
    }
}  # fmt: skip
ANSWERED = {
    "Body": {"stkCallback": {
        "MerchantRequestID": "1-2-3", "CheckoutRequestID": "ws_CO_nobody", "ResultCode": 0,
        "ResultDesc": "done",
        "CallbackMetadata": {"Item": [
            {"Name": "Amount", "Value": 100}, {"Name": "MpesaReceiptNumber", "Value": RECEIPT},
            {"Name": "PhoneNumber", "Value": 254700000001},
        ]},
    }}
}  # fmt: skip


@pytest.fixture
def paybill(wire: Wire, a_partner: Partner, simulator: Simulator) -> Shortcode:
    return make_shortcode(a_partner, simulator.certificate_pem)


@pytest.fixture
def tell(wire: Wire) -> Callable[..., Callback]:
    """Post a message to an address of ours, and read it."""

    def post(url: str, body: Any, *, source: str = LISTED) -> Callback:
        wire.post_body(url=url, body=json.dumps(body).encode(), source=source)
        deliver_due()
        return Callback.objects.latest("id")

    return post


@pytest.fixture
def misplaced(tell: Callable[..., Callback], paybill: Shortcode) -> Callback:
    """A payment to a shortcode that is none of ours, told at the paybill's own address."""
    return tell(address_of(shortcode=paybill, kind=CONFIRMATION), CONFIRMED)


def a_new_address(kind: str) -> str:
    secret = inbox.new_secret(provider="daraja", kind=kind)
    return inbox.callback_url(provider="daraja", kind=kind, secret=secret)


def record(callback: Callback) -> Record:
    return SOURCE.read([str(callback.pk)])[str(callback.pk)]


def judged(callback: Callback) -> Judgement:
    return judge(record(callback), at=START)


class TestMissingHere:
    def test_a_payment_to_a_shortcode_that_is_not_ours(
        self, misplaced: Callback, a_partner: Partner
    ) -> None:
        (found,) = judged(misplaced).differences

        assert (found.kind, found.about, found.is_loss) == ("missing_here", RECEIPT, True)
        assert (found.stake_minor, found.currency) == (1_000_000, "KES")
        assert record(misplaced).partner_id == str(a_partner.pk)

    def test_a_payout_that_we_never_ordered(
        self, tell: Callable[..., Callback], paybill: Shortcode
    ) -> None:
        callback = tell(a_new_address("payout"), PAID_OUT)

        (found,) = judged(callback).differences

        assert callback.outcome == "unmatched"
        assert (found.kind, found.stake_minor, found.is_loss) == ("missing_here", 125_000, True)
        assert "paid out" in found.text
        assert record(callback).partner_id is None

    def test_a_prompt_that_we_never_sent(
        self, tell: Callable[..., Callback], paybill: Shortcode
    ) -> None:
        callback = tell(a_new_address("stk"), ANSWERED)

        assert [each.kind for each in judged(callback).differences] == ["missing_here"]

    def test_hearsay_is_no_loss_for_sure(
        self, tell: Callable[..., Callback], paybill: Shortcode
    ) -> None:
        callback = tell(a_new_address("payout"), PAID_OUT, source=UNLISTED)

        assert [each.is_loss for each in judged(callback).differences] == [False]

    def test_no_whole_phone_is_in_it(
        self, tell: Callable[..., Callback], paybill: Shortcode
    ) -> None:
        callback = tell(a_new_address("payout"), PAID_OUT)

        assert "254700100001" not in repr(record(callback))


class TestNoStranger:
    def test_a_failure_moved_nothing(
        self, tell: Callable[..., Callback], paybill: Shortcode
    ) -> None:
        failed = json.loads(json.dumps(PAID_OUT))
        failed["Result"] |= {"ResultCode": 2001, "ResultParameters": None}
        callback = tell(a_new_address("payout"), failed)

        read_strangers(at=START)

        assert callback.outcome == "unmatched"
        assert SOURCE.read([str(callback.pk)]) == {}
        assert not CheckRequest.objects.exists()

    def test_a_secret_that_is_not_ours_tells_nothing(
        self, tell: Callable[..., Callback], paybill: Shortcode
    ) -> None:
        callback = tell(a_new_address("payout")[:-9] + "AAAAAAAA/", PAID_OUT)

        assert callback.outcome == "unmatched"
        assert SOURCE.read([str(callback.pk)]) == {}

    def test_what_is_no_callback_is_missing(self, paybill: Shortcode) -> None:
        assert SOURCE.read(["no id", "7", "-1", "9" * 40]) == {}


class TestCured:
    def test_by_a_payment_with_its_receipt(self, misplaced: Callback, paybill: Shortcode) -> None:
        received_payment(paybill, receipt=RECEIPT, amount_minor=1_000_000)

        assert judged(misplaced) == Judgement(result="matched")

    def test_by_a_payment_of_another_amount_only_half(
        self, misplaced: Callback, paybill: Shortcode
    ) -> None:
        received_payment(paybill, receipt=RECEIPT, amount_minor=2_000_000)

        assert [each.kind for each in judged(misplaced).differences] == ["amount_mismatch"]

    def test_by_a_payout_with_its_receipt(
        self, tell: Callable[..., Callback], pay: Any, wire: Wire
    ) -> None:
        callback = tell(a_new_address("payout"), PAID_OUT)
        payout = pay()
        DisbursementRequest.objects.filter(pk=payout.pk).update(
            status="completed", receipt=RECEIPT, completed_at=START
        )

        assert judged(callback).result == "matched"

    def test_by_being_read_again(
        self, misplaced: Callback, a_partner: Partner, simulator: Simulator
    ) -> None:
        shortcode = make_shortcode(a_partner, simulator.certificate_pem, number="600888")
        make_collection(shortcode)
        before = judged(misplaced).result
        with connection.cursor() as cursor:
            cursor.execute("UPDATE gateways_callback SET outcome = 'applied'")

        assert (before, judged(misplaced).result) == ("discrepancy", "matched")


class TestWhoseItIs:
    def test_the_secret_of_another_payout_tells(
        self, tell: Callable[..., Callback], pay: Any, wire: Wire, a_partner: Partner
    ) -> None:
        pay()
        wire.run(hours=1)
        attempt = DisbursementRetryLog.objects.get()
        callback = tell(a_new_address("payout"), PAID_OUT)
        with behind_our_back() as cursor:
            cursor.execute(
                "UPDATE gateways_callback SET secret_digest = %s WHERE id = %s",
                [bytes(attempt.secret_digest), callback.pk],
            )

        assert record(callback).partner_id == str(a_partner.pk)


class TestTheSource:
    def test_many_are_read_with_as_many_queries_as_one(
        self, tell: Callable[..., Callback], paybill: Shortcode,
        django_assert_num_queries: Callable[..., Any],
    ) -> None:  # fmt: skip
        ids = [str(tell(a_new_address("payout"), PAID_OUT).pk) for _ in range(3)]

        with django_assert_num_queries(5):
            SOURCE.read(ids[:1])
        with django_assert_num_queries(5):
            found = SOURCE.read(ids)

        assert sorted(found) == sorted(ids)

    def test_staff_of_all_partners_find_it(self, misplaced: Callback) -> None:
        theirs = Caller(
            actor="x", origin="api", partners=frozenset(), permissions=ANYBODY.permissions
        )
        text = str(misplaced.pk)

        assert [hit.subject_id for hit in SOURCE.find_many([text], caller=ANYBODY)[text]] == [text]
        assert SOURCE.find_many([text], caller=theirs) == {}
        assert list(SOURCE.since(START)) == [[text]]
        assert SOURCE.ask_afresh([text], at=START) == set()


class TestReading:
    def test_each_is_asked_for_once(self, misplaced: Callback) -> None:
        CheckRequest.objects.all().delete()

        first = read_strangers(at=START)
        CheckRequest.objects.all().delete()
        again = read_strangers(at=START)

        assert (first, again, CheckRequest.objects.count()) == (1, 0, 0)

    def test_a_new_one_is_asked_for(
        self, misplaced: Callback, tell: Callable[..., Callback]
    ) -> None:
        read_strangers(at=START)
        callback = tell(a_new_address("payout"), PAID_OUT)
        CheckRequest.objects.all().delete()

        assert read_strangers(at=START) == 1
        assert CheckRequest.objects.get().subject_id == str(callback.pk)

    def test_what_is_read_late_is_not_missed(self, misplaced: Callback, wire: Wire) -> None:
        read_strangers(at=START)
        Callback.objects.update(processed_at=None, outcome="")
        wire.post_body(url=a_new_address("payout"), body=json.dumps(PAID_OUT).encode())
        unread = Callback.objects.latest("id")
        before = read_strangers(at=START)
        deliver_due()
        CheckRequest.objects.all().delete()

        after = read_strangers(at=START)

        assert (before, after) == (0, 1)
        assert CheckRequest.objects.get().subject_id == str(unread.pk)

    def test_an_id_that_never_comes_is_given_up(self, misplaced: Callback, wire: Wire) -> None:
        read_strangers(at=START)
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('gateways_callback_id_seq')")
        wire.post_body(url=a_new_address("payout"), body=json.dumps(PAID_OUT).encode())
        deliver_due()
        read_strangers(at=START)
        before = TrailCursor.objects.get(name="strangers").gaps
        read_strangers(at=wire.clock.forward(minutes=11))

        assert f"{misplaced.pk + 1}-{misplaced.pk + 1}" in before
        assert TrailCursor.objects.get(name="strangers").gaps == {}

    def test_two_at_once_ask_once(self, misplaced: Callback, together: Any) -> None:
        CheckRequest.objects.all().delete()

        done = together(*[lambda: read_strangers(at=START)] * 3)

        assert sorted(done) == [0, 0, 1]
