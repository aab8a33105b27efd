"""What an owner, a property and a tenant may be: each wrong field is named, with an example."""

from dataclasses import replace

import pytest

from vault.rules.rental_facts import (
    OwnerFacts,
    PropertyFacts,
    TenantFacts,
    check_owner,
    check_property,
    check_tenant,
)

OWNER = OwnerFacts(
    name="Amina Example", paid_to="paybill", receiver_number="600222",
    receiver_account="PROP001", forward_when="at_once",
)  # fmt: skip
PROPERTY = PropertyFacts(name="Sunset Apartments", account_reference="SUN", rent_minor=1_000_000)
TENANT = TenantFacts(name="Juma Example", phones=("0700000001",))


class TestOwner:
    def test_it_is_taken_in_normal_form(self) -> None:
        phone = replace(
            OWNER, name=" Amina Example ", phone="0700 000 001", paid_to="phone",
            receiver_number="", receiver_account="", receiver_msisdn="+254 700 000 002",
        )  # fmt: skip

        facts, problems = check_owner(phone)

        assert problems == []
        assert (facts.name, facts.phone) == ("Amina Example", "254700000001")
        assert facts.receiver_msisdn == "254700000002"

    def test_a_day_that_the_plan_does_not_need_is_left_out(self) -> None:
        facts, problems = check_owner(
            replace(OWNER, forward_when="daily", forward_weekday=3, forward_monthday=9)
        )

        assert problems == []
        assert (facts.forward_weekday, facts.forward_monthday) == (None, None)

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "x" * 121}, "name"),
            ({"name": "two\nlines"}, "name"),
            ({"name": "Amina\u200b Example"}, "name"),  # the payouts would refuse it
            ({"phone": "12"}, "phone"),
            ({"email": "nobody"}, "email"),
            ({"email": "a@b.c\n"}, None),  # blanks around it are taken off
            ({"language": "fr"}, "language"),
            ({"paid_to": ""}, "paid_to"),
            ({"paid_to": "bank"}, "paid_to"),
            ({"receiver_number": "6002"}, "receiver_number"),
            ({"receiver_number": "٦٠٠٢٢٢"}, "receiver_number"),
            ({"receiver_account": ""}, "receiver_account"),
            ({"receiver_account": "12345678901234"}, "receiver_account"),
            ({"receiver_account": "a|b"}, "receiver_account"),
            ({"receiver_msisdn": "0700000001"}, "receiver_msisdn"),
            ({"paid_to": "till"}, "receiver_account"),
            ({"paid_to": "nowhere"}, "receiver_account"),
            ({"paid_to": "phone", "receiver_number": "", "receiver_account": ""},
             "receiver_msisdn"),
            ({"forward_when": ""}, "forward_when"),
            ({"forward_when": "yearly"}, "forward_when"),
            ({"forward_when": "weekly"}, "forward_weekday"),
            ({"forward_when": "weekly", "forward_weekday": 7}, "forward_weekday"),
            ({"forward_when": "monthly", "forward_monthday": 0}, "forward_monthday"),
            ({"forward_when": "monthly", "forward_monthday": 32}, "forward_monthday"),
            ({"forward_minimum_minor": -1}, "forward_minimum"),
            ({"hold_hours": 1441}, "hold_hours"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, values: dict[str, object], field: str | None) -> None:
        _, problems = check_owner(replace(OWNER, **values))  # type: ignore[arg-type]

        assert (field in {name for name, _ in problems}) is (field is not None)

    def test_an_account_that_is_too_long_is_never_shortened(self) -> None:
        facts, problems = check_owner(replace(OWNER, receiver_account="12345678901234"))

        assert facts.receiver_account == "12345678901234"
        assert "13 at the most" in problems[0][1]


class TestProperty:
    def test_its_blank_parts_are_the_owners(self) -> None:
        assert check_property(PROPERTY, currency="KES") == (PROPERTY, [])

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"account_reference": ""}, "account_reference"),
            ({"account_reference": "1234567890123"}, "account_reference"),
            ({"account_reference": "-"}, "account_reference"),
            ({"rent_minor": 0}, "rent"),
            ({"rent_minor": -100}, "rent"),
            ({"rent_minor": 1_000_050}, "rent"),
            ({"rent_minor": 10**15}, "rent"),
            ({"receiver_number": "600222"}, "receiver_number"),
        ],
    )
    def test_what_is_wrong_is_named(self, values: dict[str, object], field: str) -> None:
        _, problems = check_property(
            replace(PROPERTY, **values),  # type: ignore[arg-type]
            currency="KES",
        )

        assert [name for name, _ in problems] == [field]


class TestTenant:
    def test_phones_are_kept_once_in_normal_form(self) -> None:
        facts, problems = check_tenant(
            replace(TENANT, phones=("0700000001", "+254700000001", " ", "0700 000 002")),
            currency="KES",
        )

        assert problems == []
        assert facts.phones == ("254700000001", "254700000002")

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"phones": ("0700000001", "nobody")}, "phones"),
            ({"phones": tuple(f"07000000{n:02d}" for n in range(11))}, "phones"),
            ({"unit": "x" * 31}, "unit"),
            ({"account_reference": "1234567890123"}, "account_reference"),
            ({"rent_minor": 99}, "rent"),
            ({"email": "a b@c.d"}, "email"),
        ],
    )
    def test_what_is_wrong_is_named(self, values: dict[str, object], field: str) -> None:
        _, problems = check_tenant(
            replace(TENANT, **values),  # type: ignore[arg-type]
            currency="KES",
        )

        assert [name for name, _ in problems] == [field]
