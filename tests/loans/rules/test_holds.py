"""Which loans are paid by themselves, and what of a loan counts as changed."""

from dataclasses import dataclass, replace
from datetime import date

import pytest

from gateways.interface.loans import LoanClient, LoanFacts
from loans.rules.facts import COMPARED, columns, differences
from loans.rules.holds import BY_FACTS, BY_TERMS, HOLDS, Verdict, judge_facts, verdict

CLIENT = LoanClient(
    client_id=7, name="Amina Example", active=True, phone_as_written="0700 100 001"
)
FACTS = LoanFacts(
    loan_id=41, state=200, account_no="000000041", product_id=1, product_name="Working capital",
    client_id=7, client_name="Amina Example", kind="individual", gross_minor=1_000_000,
    net_minor=950_000, currency="KES", approved_on=date(2026, 11, 20),
    expected_on=date(2026, 11, 21), several_disbursals=False,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Terms:
    min_amount_minor: int = 50_000
    max_amount_minor: int = 5_000_000
    currency: str = "KES"
    auto_approve: bool = True


@dataclass
class Row:
    """A tracked loan, as far as the rules look at it."""

    msisdn: str
    net_minor: int
    gross_minor: int
    currency: str
    client_id: int | None
    product_id: int
    approved_on: date | None
    several_disbursals: bool


def tracked(facts=FACTS, client=CLIENT, **otherwise):
    kept = columns(facts, client)
    return Row(**{name: kept[name] for name in COMPARED} | otherwise)


class TestJudgeFacts:
    def test_a_plain_loan_may_be_paid(self):
        assert judge_facts(FACTS, CLIENT, Terms()) == ""

    @pytest.mark.parametrize(
        ("code", "facts", "client", "terms"),
        [
            ("group_loan", {"kind": "group"}, {}, {}),
            ("no_client", {"client_id": None}, {}, {}),
            ("no_client", {}, {"client_id": 8}, {}),
            ("client_inactive", {}, {"active": False}, {}),
            ("no_phone", {}, {"phone_as_written": ""}, {}),
            ("several_phones", {}, {"phone_as_written": "0700100001 / 0700100002"}, {}),
            ("bad_phone", {}, {"phone_as_written": "07001"}, {}),
            ("currency", {"currency": "USD"}, {}, {}),
            ("currency", {"currency": "USD"}, {}, {"currency": "USD"}),
            ("currency", {"currency": "KESX"}, {}, {}),
            ("currency", {}, {}, {"currency": "UGX"}),
            ("cents", {"net_minor": None}, {}, {}),
            ("cents", {"gross_minor": None}, {}, {}),
            ("cents", {"net_minor": 950_050}, {}, {}),
            ("net_odd", {"net_minor": 0}, {}, {}),
            ("net_odd", {"net_minor": -100}, {}, {}),
            ("net_odd", {"net_minor": 900}, {}, {"min_amount_minor": 100}),
            ("net_odd", {"net_minor": 1_000_100}, {}, {}),
            ("above_wallet", {"net_minor": 25_000_100, "gross_minor": 26_000_000}, {}, {}),
            ("below_minimum", {}, {}, {"min_amount_minor": 950_100}),
            ("above_maximum", {}, {}, {"max_amount_minor": 949_900}),
            ("several_disbursals", {"several_disbursals": True}, {}, {}),
            ("needs_approval", {}, {}, {"auto_approve": False}),
        ],
    )
    def test_it_is_held_and_a_release_mends_only_what_it_may(self, code, facts, client, terms):
        said, whose, settings = replace(FACTS, **facts), replace(CLIENT, **client), Terms(**terms)

        assert judge_facts(said, whose, settings) == code
        assert judge_facts(said, whose, settings, released=True) == (
            "" if HOLDS[code].releasable else code
        )

    def test_a_client_that_we_may_not_see_is_no_client(self):
        assert judge_facts(FACTS, None, Terms()) == "no_client"

    @pytest.mark.parametrize(
        ("net_minor", "code"), [(25_000_000, ""), (1_000, ""), (25_000_100, "above_wallet")]
    )
    def test_the_edges_of_what_m_pesa_pays(self, net_minor, code):
        facts = replace(FACTS, net_minor=net_minor, gross_minor=30_000_000)
        terms = Terms(min_amount_minor=1, max_amount_minor=99_000_000)

        assert judge_facts(facts, CLIENT, terms) == code

    def test_a_product_without_settings_is_judged_by_the_rest(self):
        assert judge_facts(FACTS, CLIENT, None) == ""
        assert judge_facts(replace(FACTS, currency="USD"), CLIENT, None) == "currency"

    def test_every_reason_of_facts_is_in_the_table(self):
        assert set(HOLDS) > BY_FACTS
        assert {code for code in BY_FACTS if HOLDS[code].releasable} == BY_TERMS

    def test_every_reason_says_what_to_do(self):
        assert all(hold.text.endswith(".") and hold.what_to_do for hold in HOLDS.values())
        assert all(len(code) <= 40 for code in HOLDS)


class TestVerdict:
    def test_what_is_as_it_was_tracked_may_be_paid(self):
        assert verdict(tracked(), FACTS, CLIENT, Terms(), released=False) == Verdict(
            differences=[]
        )

    @pytest.mark.parametrize(
        ("field", "facts", "client", "now"),
        [
            ("msisdn", {}, {"phone_as_written": "0700100002"}, "254700100002"),
            ("msisdn", {}, {"phone_as_written": ""}, ""),
            ("net_minor", {"net_minor": 940_000}, {}, 940_000),
            ("gross_minor", {"gross_minor": 1_100_000}, {}, 1_100_000),
            ("client_id", {"client_id": 8}, {"client_id": 8}, 8),
            ("product_id", {"product_id": 2}, {}, 2),
            ("several_disbursals", {"several_disbursals": True}, {}, True),
        ],
    )
    @pytest.mark.parametrize("released", [True, False])
    def test_any_change_goes_to_a_person(self, field, facts, client, now, released):
        found = verdict(
            tracked(), replace(FACTS, **facts), replace(CLIENT, **client), Terms(),
            released=released,
        )  # fmt: skip

        assert found.hold_code == "changed"
        assert [(each["field"], each["now"]) for each in found.differences] == [(field, now)]

    def test_another_day_of_approval_is_a_new_approval(self):
        again = replace(FACTS, approved_on=date(2026, 11, 21), net_minor=900_000)

        found = verdict(tracked(), again, CLIENT, Terms(), released=True)

        assert found.hold_code == "new_approval"
        assert found.differences[-1] == {
            "field": "approved_on", "tracked": "2026-11-20", "now": "2026-11-21",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("state", "code"),
        [(100, "not_approved"), (400, "not_approved"), (500, "not_approved"), (0, "not_approved"),
         (300, "disbursed_elsewhere"), (303, "disbursed_elsewhere"), (600, "disbursed_elsewhere"),
         (602, "disbursed_elsewhere"), (700, "disbursed_elsewhere")],
    )  # fmt: skip
    def test_another_state_comes_before_every_difference(self, state, code):
        said = replace(FACTS, state=state, net_minor=1, approved_on=date(2026, 11, 21))

        assert verdict(tracked(), said, CLIENT, Terms(), released=True).hold_code == code

    def test_the_same_number_written_otherwise_is_no_change(self):
        otherwise = replace(CLIENT, phone_as_written="+254700100001", name="Amina E. Example")

        assert differences(tracked(), FACTS, otherwise) == []

    @pytest.mark.parametrize(
        "missing", [{"msisdn": ""}, {"net_minor": 0}, {"gross_minor": 0}, {"client_id": None}]
    )
    def test_what_was_missing_and_is_there_now_is_no_change(self, missing):
        found = verdict(tracked(**missing), FACTS, CLIENT, Terms(), released=False)

        assert found == Verdict(differences=[])

    def test_a_change_beside_what_was_missing_is_one(self):
        row = tracked(msisdn="", net_minor=900_000)

        assert verdict(row, FACTS, CLIENT, Terms(), released=False).hold_code == "changed"


class TestColumns:
    def test_texts_are_cut_and_freed_of_what_no_page_can_show(self):
        facts = replace(FACTS, account_no="0\x0041\ud800" + "9" * 200, product_name="a\u202eb")

        kept = columns(facts, CLIENT)

        assert kept["account_no"].startswith("0 41 9")
        assert len(kept["account_no"]) == 100
        assert kept["product_name"] == "a b"

    def test_a_group_has_no_client_and_no_phone(self):
        kept = columns(replace(FACTS, kind="group", client_id=None, net_minor=None), None)

        assert (kept["client_id"], kept["msisdn"], kept["net_minor"]) == (None, "", 0)
        assert kept["client_name"] == "Amina Example"
