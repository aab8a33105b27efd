"""The demo's month of rent: 200 tenants pay, by prompt, straight to the paybill, or in cash."""

import csv
import logging
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread

import requests
from django.db import connection

from config.demo.provider import simulator
from config.demo.rent_street import DEMO
from core import clock
from core.refusals import Refused
from rents.queries import due
from rents.queries.payouts import with_news
from vault.models import Method, Payment, Prompt, Shortcode, Tenant
from vault.operations.allocate_by_hand import allocate_by_hand
from vault.operations.cash import record_cash
from vault.operations.collect import collect
from vault.states import PROMPT_OPEN, PaymentStatus, PromptStatus

PAYMENTS = Path(__file__).with_name("rent_payments.csv")
AT_ONCE_MAX = 4
BETWEEN_S = 0.7
SOON = timedelta(minutes=6)
OPEN_LIMIT_S = 60.0
LOOK_S = 0.5
BY_HAND = 2

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Act:
    """Somebody pays: `how` is prompt, paybill or cash; `account` as they type it."""

    how: str
    msisdn: str
    account: str
    shillings: int


def acts() -> Sequence[Act]:
    """The shipped file, in the order in which they pay."""
    with PAYMENTS.open(encoding="utf-8", newline="") as file:
        return [
            Act(
                how=row["how"],
                msisdn=row["phone"],
                account=row["account"],
                shillings=int(row["amount"]),
            )
            for row in csv.DictReader(file)
        ]


class Month:
    """The tenants paying one after the other, beside everything else. Again: only who has not."""

    def __init__(self, shortcode: Shortcode) -> None:
        self.shortcode = shortcode
        self.refused: list[str] = []
        self._thread = Thread(target=self._run, name="tenants", daemon=True)

    def begin(self) -> None:
        """Let them pay from now on."""
        self._thread.start()

    def is_under_way(self) -> bool:
        """Whether somebody still pays, or what was paid will still move by itself soon."""
        if self._thread.is_alive() or _open_prompts(self.shortcode) or with_news().exists():
            return True
        groups = due.groups_due(at=clock.database_now() + SOON)
        return any(not group.waits_for_more for group in groups)

    def _run(self) -> None:
        try:
            self._perform(_not_done(self.shortcode))
            self._wait_for_prompts()
            self._perform(_worth_another_prompt(self.shortcode))
            self._wait_for_prompts()
            self._say_whose()
        except Exception:
            logger.exception("The month of rent broke off")
        finally:
            connection.close()

    def _perform(self, wanted: Sequence[Act]) -> None:
        with ThreadPoolExecutor(AT_ONCE_MAX, thread_name_prefix="tenant") as threads:
            for act in wanted:
                threads.submit(self._one, act)
                clock.wait(seconds=BETWEEN_S)

    def _one(self, act: Act) -> None:
        try:
            _pay(act, self.shortcode)
        except (Refused, requests.RequestException) as error:
            self.refused.append(f"{act.how} of {act.account}: {error}")
        except Exception:
            logger.exception("The %s of %s broke off", act.how, act.account)
        finally:
            connection.close()

    def _wait_for_prompts(self) -> None:
        ends_s = clock.stopwatch_s() + OPEN_LIMIT_S
        while _open_prompts(self.shortcode) and clock.stopwatch_s() < ends_s:
            clock.wait(seconds=LOOK_S)

    def _say_whose(self) -> None:
        """A person at the desk knows some of the senders; the others wait in the queue."""
        left = Payment.objects.filter(
            shortcode=self.shortcode, status=PaymentStatus.UNALLOCATED
        ).order_by("received_at", "id")
        senders = {act.account: act.msisdn for act in acts() if act.how == "paybill"}
        done = Payment.objects.filter(
            shortcode=self.shortcode, method=Method.MPESA, allocated_by=DEMO.actor
        ).count()
        for payment in left:
            tenant = Tenant.objects.filter(
                property__shortcode=self.shortcode,
                phones__msisdn=senders.get(payment.account_typed, "-"),
            ).first()
            if tenant is None or done >= BY_HAND:
                continue
            allocate_by_hand(
                payment_id=payment.pk, property_id=tenant.property_id, tenant_id=tenant.pk,
                remember=True, reason="the tenant called and told the receipt",
                caller=DEMO, at=clock.database_now(),
            )  # fmt: skip
            done += 1


def _pay(act: Act, shortcode: Shortcode) -> None:
    """Raises Refused, or RequestException where the simulator does not answer."""
    if act.how == "paybill":
        body = {
            "shortcode": shortcode.number, "msisdn": act.msisdn, "amount": act.shillings,
            "account": act.account,
        }  # fmt: skip
        simulator("POST", "pay", json=body)
        return
    tenant = Tenant.objects.get(property__shortcode=shortcode, account_reference=act.account)
    at = clock.database_now()
    if act.how == "cash":
        record_cash(
            property_id=tenant.property_id, tenant_id=tenant.pk, amount=str(act.shillings),
            receipt_number=f"R-{act.account}", reason="the tenant paid at the office",
            caller=DEMO, at=at,
        )  # fmt: skip
        return
    collect(
        property_id=tenant.property_id, tenant_id=tenant.pk, msisdn=act.msisdn,
        amount=str(act.shillings), caller=DEMO, at=at,
    )  # fmt: skip


def _not_done(shortcode: Shortcode) -> Sequence[Act]:
    """What a demo that was ended in the middle has left."""
    received = simulator("GET", "received").json()["received"]
    paid = Counter(
        (each["msisdn"], each["account"])
        for each in received
        if each["shortcode"] == shortcode.number and not each["checkout_id"]
    )
    prompted = set(Prompt.objects.filter(shortcode=shortcode).values_list("account", flat=True))
    cash = set(
        Payment.objects.filter(shortcode=shortcode, method="cash").values_list(
            "tenant__account_reference", flat=True
        )
    )
    left = []
    for act in acts():
        if act.how == "paybill" and paid[act.msisdn, act.account]:
            paid[act.msisdn, act.account] -= 1
        elif act.account not in {"prompt": prompted, "cash": cash}.get(act.how, ()):
            left.append(act)
    return left


def _worth_another_prompt(shortcode: Shortcode) -> Sequence[Act]:
    """Whose prompt came to nothing: they are prompted once more, as a desk does."""
    prompts = Prompt.objects.filter(shortcode=shortcode)
    once = Counter(prompts.values_list("account", flat=True))
    failed = set(prompts.filter(status=PromptStatus.FAILED).values_list("account", flat=True))
    paid = set(
        Payment.objects.filter(shortcode=shortcode, tenant__isnull=False).values_list(
            "tenant__account_reference", flat=True
        )
    )
    return [
        act
        for act in acts()
        if act.how == "prompt" and act.account in failed - paid and once[act.account] == 1
    ]


def _open_prompts(shortcode: Shortcode) -> bool:
    return Prompt.objects.filter(shortcode=shortcode, status__in=sorted(PROMPT_OPEN)).exists()
