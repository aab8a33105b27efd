"""The demo's street and month of rent: what is shipped fits together, and can be repeated."""

import re
from collections import Counter

import pytest

from config.demo import rent_month, rent_street
from config.demo.rent_figures import RentFigures, Total
from core.callers import Caller
from gateways.simulator import Simulator
from tests.wire import MovedClock
from vault.models import AccountReference, Owner, Property, Tenant
from vault.operations.import_tenants import import_tenants
from vault.queries.forwarding import owner_plan
from vault.rules.accounts import account_key
from vault.rules.forward_schedule import next_moment

MADE_UP = re.compile(r"2547000[0-9]{5}")


class TestShippedFiles:
    def test_nobody_is_real(self) -> None:
        tenants = rent_street.TENANTS.read_text(encoding="utf-8").splitlines()[1:]
        phones = [act.msisdn for act in rent_month.acts()]

        assert all(MADE_UP.fullmatch(phone) for phone in phones)
        assert all(re.search(r",0700[0-9]{6},", line) for line in tenants)
        assert all(
            re.search(r" (Example|Mfano|Sampuli|Onyesho|Jaribio),", line) for line in tenants
        )

    def test_a_month_has_every_way_of_paying(self) -> None:
        acts = rent_month.acts()

        ways = Counter(act.how for act in acts)
        asked = [act.account for act in acts if act.how == "prompt"]
        assert ways["prompt"] > 100
        assert ways["paybill"] > 70
        assert ways["cash"] == 4
        assert len(asked) == len(set(asked))


@pytest.mark.usefixtures("engine_db")
class TestStreet:
    def test_it_has_twelve_owners_and_two_hundred_tenants(
        self, simulator: Simulator, moved: MovedClock
    ) -> None:
        pem = simulator.certificate_pem
        shortcode = rent_street._build(pem.encode() if isinstance(pem, str) else pem, moved())

        again = import_tenants(
            data=rent_street.TENANTS.read_bytes(), partner_id=shortcode.partner_id,
            caller=Caller(actor="demo", origin="command", partners=None, permissions=None),
            at=moved(),
        )  # fmt: skip

        assert (Owner.objects.count(), Property.objects.count()) == (12, 24)
        assert Tenant.objects.count() == 200
        assert (again.added, again.already) == (0, 200)

    def test_days_of_plans_come_while_it_can_be_watched(
        self, simulator: Simulator, moved: MovedClock
    ) -> None:
        moved.moment = moved().replace(day=30, hour=20, minute=58)  # 23:58 in Nairobi
        pem = simulator.certificate_pem
        rent_street._build(pem.encode() if isinstance(pem, str) else pem, moved())

        planned = Owner.objects.filter(forward_when__in=["daily", "weekly", "monthly"])

        assert planned.count() == 4
        for owner in planned:
            moment = next_moment(owner_plan(owner), ready_at=moved())
            assert moment is not None
            assert 60 <= (moment - moved()).total_seconds() <= 300, owner.name

    def test_most_accounts_are_known_and_some_are_not(
        self, simulator: Simulator, moved: MovedClock
    ) -> None:
        pem = simulator.certificate_pem
        rent_street._build(pem.encode() if isinstance(pem, str) else pem, moved())

        keys = set(AccountReference.objects.values_list("key", flat=True))
        typed = [act.account for act in rent_month.acts() if act.how == "paybill"]
        unknown = [account for account in typed if account_key(account) not in keys]

        assert 5 <= len(unknown) <= 12
        assert "ELECTRICITY" in unknown


class TestBooks:
    def figures(self, **changed: object) -> RentFigures:
        one = Total(count=1, minor=100)
        values = {
            "received": Total(count=4, minor=450), "cash": Total(), "unallocated": one,
            "fees_minor": 50, "owed": one, "on_its_way": one, "forwarded": one,
            "by_payout": {}, "prompts": {}, "notices": {},
            "book_received": Total(count=4, minor=450), "book_moved": one, "in_doubt": Total(),
            "strays": Total(),
            "ledger_minor": {"unallocated": 100, "owed": 100, "on its way": 100},
        }  # fmt: skip
        return RentFigures(**values | changed)  # type: ignore[arg-type]

    def test_they_agree_when_every_shilling_is_somewhere(self) -> None:
        assert self.figures().books_agree

    @pytest.mark.parametrize(
        "changed",
        [
            {"fees_minor": 49},
            {"book_received": Total(count=5, minor=450)},
            {"book_moved": Total(count=2, minor=200)},
            {"strays": Total(count=1, minor=0)},
            {"ledger_minor": {"unallocated": 100, "owed": 99, "on its way": 100}},
            {"breaks": ["something"]},
        ],
    )
    def test_they_differ_when_one_does_not(self, changed: dict[str, object]) -> None:
        assert not self.figures(**changed).books_agree
