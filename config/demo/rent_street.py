"""The demo's street: one letting agency, twelve owners, their properties and 200 tenants."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from config.demo.provider import simulator
from core.callers import Caller
from core.clock import NAIROBI
from core.refusals import Refused
from vault.models import Collection, NoticeKind, Shortcode
from vault.operations.add_partner import add_partner
from vault.operations.add_shortcode import Credentials, add_shortcode
from vault.operations.fee_rules import add_fee_rule
from vault.operations.import_tenants import import_tenants
from vault.operations.notices import change_setting
from vault.operations.owners import add_owner
from vault.operations.properties import add_property
from vault.operations.register import register_pull, register_urls
from vault.queries.notices import report_address
from vault.rules.fees import Terms
from vault.rules.rental_facts import OwnerFacts, PropertyFacts

PARTNER = "Umoja Lettings (demo)"
NUMBER = "600200"
NOMINATED = "254700000200"
TENANTS = Path(__file__).with_name("rent_tenants.csv")
DEMO = Caller(actor="demo", origin="command", partners=None, permissions=None)
SLOT_AFTER = timedelta(minutes=4)
REGISTER_TRIES = 5
TOLD = (NoticeKind.RENT_RECEIVED, NoticeKind.RENT_FORWARDED)


@dataclass(frozen=True, kw_only=True)
class Let:
    """A property; `own_account` is its own account at its owner's paybill."""

    name: str
    account: str
    rent: int
    own_account: str = ""


@dataclass(frozen=True, kw_only=True)
class Landlord:
    """An owner with what they let. `slot`: forwarded at a time of the plan, soon in the demo."""

    facts: OwnerFacts
    lets: tuple[Let, ...]
    terms: Terms | None = None


def _owner(name: str, number: int, **more: object) -> OwnerFacts:
    return OwnerFacts(
        name=name,
        phone=f"2547000300{number:02d}",
        email=f"{name.split(maxsplit=1)[0].lower()}@example.org",
        **more,  # type: ignore[arg-type]
    )


def _paybill(number: str, account: str) -> dict[str, str]:
    return {"paid_to": "paybill", "receiver_number": number, "receiver_account": account}


def _till(number: str) -> dict[str, str]:
    return {"paid_to": "till", "receiver_number": number}


def _phone(msisdn: str) -> dict[str, str]:
    return {"paid_to": "phone", "receiver_msisdn": msisdn}


LANDLORDS = (
    Landlord(
        facts=_owner("Amina Example", 1, forward_when="at_once", **_paybill("600701", "SUNSET")),
        lets=(
            Let(name="Sunset Apartments", account="SUN", rent=12_000),
            Let(name="Sunset Annex", account="SNX", rent=9_500, own_account="ANNEX"),
        ),
    ),
    Landlord(
        facts=_owner(
            "Baraka Mfano", 2, forward_when="at_once", hold_hours=1, **_paybill("600702", "JACA")
        ),
        lets=(
            Let(name="Jacaranda Court", account="JAC", rent=18_000),
            Let(name="Jacaranda Studios", account="JST", rent=8_500, own_account="STUDIOS"),
        ),
    ),
    Landlord(
        facts=_owner(
            "Chebet Sampuli", 3, forward_when="at_once", forward_minimum_minor=3_000_000,
            **_paybill("600703", "ACACIA"),
        ),
        lets=(
            Let(name="Acacia Heights", account="ACA", rent=22_000),
            Let(name="Acacia Gardens", account="ACG", rent=15_000),
        ),
    ),
    Landlord(
        facts=_owner(
            "Daudi Onyesho", 4, forward_when="at_once", language="sw", **_till("512704")
        ),
        lets=(
            Let(name="Baobab House", account="BAO", rent=7_500),
            Let(name="Baobab Rooms", account="BRM", rent=6_000),
        ),
        terms=Terms(rate_bps=300, minimum_minor=20_000),
    ),
    Landlord(
        facts=_owner("Esther Jaribio", 5, forward_when="at_once", **_till("512705")),
        lets=(
            Let(name="Tamarind Place", account="TAM", rent=13_500),
            Let(name="Tamarind Shops", account="TSH", rent=25_000),
        ),
        terms=Terms(flat_minor=100_000),
    ),
    Landlord(
        facts=_owner(
            "Farida Example", 6, forward_when="at_once", language="sw", **_phone("254700030106")
        ),
        lets=(
            Let(name="Mango Grove", account="MAN", rent=9_000),
            Let(name="Mango Lane", account="MLA", rent=8_000),
        ),
    ),
    Landlord(
        facts=_owner("Gitau Mfano", 7, forward_when="daily", **_paybill("600707", "PALM")),
        lets=(
            Let(name="Palm View", account="PAL", rent=11_000),
            Let(name="Palm Rooms", account="PRM", rent=5_500, own_account="PALMROOMS"),
        ),
    ),
    Landlord(
        facts=_owner("Hawa Sampuli", 8, forward_when="weekly", **_till("512708")),
        lets=(
            Let(name="Cedar Flats", account="CED", rent=16_500),
            Let(name="Cedar Rooms", account="CDR", rent=7_000),
        ),
    ),
    Landlord(
        facts=_owner("Ibrahim Onyesho", 9, forward_when="monthly", **_paybill("600709", "OLIVE")),
        lets=(
            Let(name="Olive Terrace", account="OLI", rent=14_000),
            Let(name="Olive Mews", account="OLM", rent=10_500),
        ),
        terms=Terms(rate_bps=750, maximum_minor=90_000),
    ),
    Landlord(
        facts=_owner("Jane Jaribio", 10, forward_when="daily", **_phone("254700030110")),
        lets=(
            Let(name="Coral Court", account="COR", rent=12_500),
            Let(name="Coral Rooms", account="CRR", rent=6_500),
        ),
    ),
    Landlord(
        facts=_owner("Karim Example", 11, forward_when="by_hand", **_paybill("600711", "SAVANNA")),
        lets=(
            Let(name="Savanna Homes", account="SAV", rent=17_500),
            Let(name="Savanna Yard", account="SVY", rent=8_800),
        ),
    ),
    Landlord(
        facts=_owner("Leila Mfano", 12, forward_when="by_hand", paid_to="nowhere"),
        lets=(
            Let(name="Lakeside Flats", account="LAK", rent=10_000),
            Let(name="Lakeside Rooms", account="LKR", rent=5_000),
        ),
    ),
)  # fmt: skip


def set_up(*, at: datetime) -> Shortcode:
    """The street, built once as a whole, and its paybill registered with the simulator."""
    shortcode = Shortcode.objects.filter(number=NUMBER).first()
    if shortcode is None:
        certificate = simulator("GET", "certificate").content
        with transaction.atomic():
            shortcode = _build(certificate, at)
    _register(shortcode, at)
    simulator("POST", "report-messages", json={"reportUrl": report_address()})
    return shortcode


def _build(certificate: bytes, at: datetime) -> Shortcode:
    partner = add_partner(name=PARTNER, actor=DEMO.actor, at=at)
    shortcode = add_shortcode(
        number=NUMBER, partner_id=partner.pk, kind="paybill", initiator_name="demo-initiator",
        credentials=Credentials(
            consumer_key="demo-rent-key",
            consumer_secret="demo-rent-secret",  # noqa: S106 - the simulator's, worth nothing
            initiator_password="Demo#2026",  # noqa: S106
            passkey="demo-rent-passkey",
        ),
        certificate=certificate, actor=DEMO.actor, at=at,
    )  # fmt: skip
    for landlord in LANDLORDS:
        owner = add_owner(
            partner_id=partner.pk, facts=_with_slot(landlord.facts, at), caller=DEMO, at=at
        )
        for let in landlord.lets:
            add_property(owner_id=owner.pk, facts=_facts_of(let, landlord), caller=DEMO, at=at)
        if landlord.terms is not None:
            add_fee_rule(terms=landlord.terms, owner_id=owner.pk, caller=DEMO, at=at)
    report = import_tenants(data=TENANTS.read_bytes(), partner_id=partner.pk, caller=DEMO, at=at)
    if report.problems:
        raise Refused(f"the demo's file of tenants is wrong: {report.problems[0]}")
    for kind in TOLD:
        change_setting(
            partner_id=partner.pk, kind=kind, by_sms=True, by_email=False,
            reason="shown in the demo", caller=DEMO, at=at,
        )  # fmt: skip
    return shortcode


def _with_slot(facts: OwnerFacts, at: datetime) -> OwnerFacts:
    """Plans with a time of day: one that comes while the demo can be watched."""
    slot = (at + SLOT_AFTER).astimezone(NAIROBI)
    match facts.forward_when:
        case "daily":
            day: dict[str, Any] = {}
        case "weekly":
            day = {"forward_weekday": slot.weekday()}
        case "monthly":
            day = {"forward_monthday": slot.day}
        case _:
            return facts
    return replace(facts, forward_time=slot.time().replace(second=0, microsecond=0), **day)


def _facts_of(let: Let, landlord: Landlord) -> PropertyFacts:
    receiver: dict[str, Any] = {}
    if let.own_account:
        receiver = _paybill(landlord.facts.receiver_number, let.own_account)
    return PropertyFacts(
        name=let.name, account_reference=let.account, rent_minor=let.rent * 100, **receiver
    )


def _register(shortcode: Shortcode, at: datetime) -> None:
    """Where payments are told, and Pull: once. Under faults it may take several tries."""
    for tries_left in reversed(range(REGISTER_TRIES)):
        known = Collection.objects.filter(shortcode=shortcode).first() or Collection()
        try:
            if known.urls_registered_at is None:
                register_urls(number=shortcode.number, caller=DEMO, at=at)
            if known.pull_registered_at is None:
                register_pull(
                    number=shortcode.number, nominated_msisdn=NOMINATED, caller=DEMO, at=at
                )
        except Refused:
            if not tries_left:
                raise
        else:
            return
