"""A street of rents in every state that the desk shows, brought there by what really runs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from config.deliveries import deliver_due
from config.schedules import SWEEPS
from core.callers import Caller
from gateways.simulator import Simulator
from rents.operations.follow import follow
from rents.operations.forward import forward_due
from tests import money_in
from tests.wire import MovedClock, Wire
from vault import jobs
from vault.models import Owner, Partner, Payment, Prompt, Property, Tenant
from vault.operations.collect import collect

WORK = ("deliver", "recover", "send", "retry", "ask", "resume")
PHONE = "254700000001"
SOMEBODY = Caller(actor="asha", origin="api", partners=None, permissions=None)


@dataclass
class Street:
    """One owner paid at once, one paid by hand; a property of each, a tenant of each."""

    wire: Wire
    clock: MovedClock
    owner: Owner
    by_hand: Owner
    sunset: Property
    sunrise: Property
    amina: Tenant
    juma: Tenant

    def rent(self, tenant: Tenant | None = None, *, amount: int = 10_000, **more: Any) -> Payment:
        """Paid straight to the paybill and allocated; of Amina's unless said otherwise."""
        whose = tenant or self.amina
        return money_in.allocated_payment(
            whose.property, whose, at=self.clock(), amount_minor=amount * 100,
            paid_at=self.clock(), account_typed=whose.account_reference, **more,
        )  # fmt: skip

    def nobodys(self, typed: str = "SUN-A33", **more: Any) -> Payment:
        """Received, and nobody can tell whose it is."""
        values = {
            "account_typed": typed, "payer": money_in.full("254700000009"),
            "payer_name": "NEEMA EXAMPLE", "paid_at": self.clock(),
        }  # fmt: skip
        return money_in.received_payment(self.sunset.shortcode, at=self.clock(), **values | more)

    def prompt(self, digits: str = "00001", amount: str = "10000") -> Prompt:
        """Amina is asked to pay, on the phone that ends in these digits."""
        return collect(
            property_id=self.sunset.pk, tenant_id=self.amina.pk, msisdn=f"2547000{digits}",
            amount=amount, caller=SOMEBODY, at=self.clock(),
        )  # fmt: skip

    def forwarded(self) -> None:
        """Everything that is due is handed over, sent, reported, and followed."""
        forward_due(at=self.clock())
        self.work()
        follow(at=self.clock())

    def settled(self) -> None:
        """All that goes on by itself has come to its end."""
        self.wire.run(also=["forward", "follow"])

    def work(self, *, minutes: int = 3) -> None:
        """Payouts and prompts go on for some minutes."""
        for _ in range(minutes):
            self.wire.deliver()
            deliver_due()
            jobs.prompts()
            while sum(SWEEPS[name].run() for name in WORK):
                self.wire.deliver()
            self.clock.forward(minutes=1)


def a_street(wire: Wire, simulator: Simulator, partner: Partner, moved: MovedClock) -> Street:
    """Nothing is paid yet."""
    shortcode = money_in.make_shortcode(partner, simulator.certificate_pem)
    owner = money_in.make_owner(partner, name="Wanjiru Example")
    by_hand = money_in.make_owner(partner, name="Otieno Example", forward_when="by_hand")
    sunset = money_in.make_property(owner, shortcode, account="SUN", name="Sunset House")
    sunrise = money_in.make_property(by_hand, shortcode, account="RISE", name="Sunrise Court")
    amina = money_in.make_tenant(
        sunset, name="Amina Example", unit="A3", phones=(PHONE,), account="SUN-A3"
    )
    juma = money_in.make_tenant(
        sunrise, name="Juma Example", unit="B1", phones=("254700000002",), account="RISE-B1"
    )
    return Street(
        wire=wire, clock=moved, owner=owner, by_hand=by_hand, sunset=sunset, sunrise=sunrise,
        amina=amina, juma=juma,
    )  # fmt: skip


def text_of(page: Any) -> str:
    """The page's words without its markup, blanks made one."""
    body = page.content.decode()
    main = body[body.index('id="main"') :]
    plain = re.sub(r"<(script|style)\b.*?</\1>", " ", main, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", plain)).split())


def in_order(text: str, words: Sequence[str]) -> bool:
    """Whether these stand in the text one after the other."""
    at = 0
    for word in words:
        at = text.find(word, at)
        if at < 0:
            return False
    return True
