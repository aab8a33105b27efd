"""A house whose rent is collected on 600000, with the simulator at the other end."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from config.deliveries import deliver_due
from core.callers import Caller
from core.models import Alert
from gateways import registry
from gateways.interface import PaymentUrls
from gateways.models import Callback
from gateways.simulator import Simulator
from ledger.models import Entry
from tests.money_in import make_owner, make_property, make_shortcode, make_tenant
from tests.wire import LISTED, MovedClock, Wire
from vault import jobs
from vault.models import Partner, Payment, Prompt, Property, Tenant
from vault.operations.collect import collect
from vault.queries.collecting import CONFIRMATION, VALIDATION, access_of, address_of

RENT = "10000"


@dataclass
class House:
    """A property, its tenant, and whoever collects."""

    wire: Wire
    clock: MovedClock
    property: Property
    tenant: Tenant
    caller: Caller

    def collect(self, digits: str = "00001", amount: str | None = RENT, **more: Any) -> Prompt:
        """Prompt the phone that ends in these digits."""
        values: dict[str, Any] = {
            "property_id": self.property.pk, "tenant_id": self.tenant.pk, "caller": self.caller,
        }  # fmt: skip
        values |= {"msisdn": f"2547000{digits}", "amount": amount, "at": self.clock()} | more
        return collect(**values)

    def later(self, **span: float) -> None:
        """Move the clock, and do what is due by then."""
        self.clock.forward(**span)
        self.settle()

    def settle(self) -> None:
        """Hand over what the provider has to tell, read it, and look after late prompts."""
        self.wire.deliver()
        deliver_due()
        jobs.prompts()

    def pass_minutes(self, minutes: int) -> None:
        """Minute by minute, as the schedule does."""
        for _ in range(minutes):
            self.later(minutes=1)

    def callback(self) -> Any:
        """The next callback of the provider, taken out of its hands."""
        self.clock.forward(seconds=30)
        return self.wire.simulator.due_callbacks(self.clock())[0]

    def read(self, callback: Any, **more: Any) -> str:
        """Post a callback and read it; what became of it."""
        return self.post(callback.url, callback.body, **more)

    def post(self, url: str, body: bytes, **more: Any) -> str:
        """Post this to an address of ours and read it; what became of it."""
        self.wire.post_body(url=url, body=body, **more)
        deliver_due()
        return Callback.objects.latest("id").outcome

    def receipt_in(self, callback: Any) -> str:
        """The receipt that an answer names."""
        items = json.loads(callback.body)["Body"]["stkCallback"]["CallbackMetadata"]["Item"]
        return next(str(item["Value"]) for item in items if item["Name"] == "MpesaReceiptNumber")

    def read_changed(self, callback: Any, *, source: str = LISTED, **items: Any) -> str:
        """Post a callback with other metadata and read it; what became of it."""
        body = json.loads(callback.body)
        for item in body["Body"]["stkCallback"]["CallbackMetadata"]["Item"]:
            item["Value"] = items.get(item["Name"], item.get("Value"))
        return self.post(callback.url, json.dumps(body).encode(), source=source)

    def address(self, prompt: Prompt) -> str:
        """Where the provider was told to answer."""
        return self.wire.simulator.world.money_in.prompts[prompt.checkout_id].url

    def register_urls(self) -> None:
        """Have C2B tell of payments."""
        shortcode = self.property.shortcode
        registry.collector(access_of(shortcode)).register_urls(
            PaymentUrls(
                validation=address_of(shortcode=shortcode, kind=VALIDATION),
                confirmation=address_of(shortcode=shortcode, kind=CONFIRMATION),
            )
        )


@pytest.fixture
def house(wire: Wire, simulator: Simulator, a_partner: Partner, moved: MovedClock) -> House:
    shortcode = make_shortcode(a_partner, simulator.certificate_pem)
    row = make_property(make_owner(a_partner), shortcode, account="SUN")
    tenant = make_tenant(row, phones=("254700000001",), account="SUN-A3")
    caller = Caller(actor="asha", origin="admin", partners=None, permissions=None)
    return House(wire=wire, clock=moved, property=row, tenant=tenant, caller=caller)


def booked_once(payment: Payment) -> bool:
    """Whether the books have it received once and allocated once."""
    references = Entry.objects.filter(reference__startswith=f"payment:{payment.pk}:")
    return sorted(references.values_list("reference", flat=True)) == [
        f"payment:{payment.pk}:allocated", f"payment:{payment.pk}:received",
    ]  # fmt: skip


@pytest.fixture
def the_only_payment() -> Callable[[], Payment]:
    """The one payment there is, received and booked once, by the prompt's tenant."""

    def only() -> Payment:
        payment = Payment.objects.get()
        assert booked_once(payment)
        return payment

    return only


def open_alerts() -> set[str]:
    return set(Alert.objects.filter(closed_at=None).values_list("kind", flat=True))


def failure_of(callback: Any, code: int = 1032) -> bytes:
    body = json.loads(callback.body)
    answer = body["Body"]["stkCallback"]
    answer.pop("CallbackMetadata", None)
    answer |= {"ResultCode": code, "ResultDesc": "Request cancelled by user"}
    return json.dumps(body).encode()
