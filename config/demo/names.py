"""Who is registered at the simulated M-Pesa: the demo's own people, under their own phones."""

import csv
from collections.abc import Iterator
from datetime import date

from config.demo import rehearsal
from config.demo.lenders import LENDERS, LOANS, terms
from config.demo.provider import simulator
from config.demo.rent_street import LANDLORDS
from core import phones

ANY_DAY = date(2026, 1, 5)


def register() -> None:
    """Have the provider know everybody by the name that we pay: who differs is a finding."""
    simulator("POST", "names", json={"names": dict([*_payees(), *_landlords(), *_clients()])})


def _payees() -> Iterator[tuple[str, str]]:
    with rehearsal.PAYEES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield phones.normal_form(row["msisdn"]), row["name"]


def _landlords() -> Iterator[tuple[str, str]]:
    for each in LANDLORDS:
        number = each.facts.receiver_msisdn or each.facts.receiver_number
        if number:
            yield number, each.facts.name


def _clients() -> Iterator[tuple[str, str]]:
    for lender in LENDERS:
        for number in range(1, LOANS + 1):
            facts = dict(terms(lender, number, ANY_DAY))
            yield phones.normal_form(facts["phone"]), facts["clientName"]
