"""GET /api/payments, of one, and of its second leg: what each caller sees and no more."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import money_in
from tests.disbursements.api.conftest import Caller, add_caller
from tests.rents.a_street import Street
from tests.wire import MovedClock
from vault.models import Payment, Prompt

PATH = "/api/payments"
VIEW, PHONES = "vault.view_payment", "disbursements.see_phones"


def ids(answer: Any) -> list[str]:
    return [each["id"] for each in answer.json()["payments"]]


@pytest.fixture
def rents(street: Street, moved: MovedClock) -> dict[str, Payment | Prompt]:
    """Amina's rent, Juma's, one that is nobody's, and a prompt to Amina; a minute apart."""
    made: dict[str, Payment | Prompt] = {"amina": street.rent(payer=money_in.full("254700000001"))}
    moved.forward(minutes=1)
    made["juma"] = street.rent(street.juma, amount=8_000)
    moved.forward(minutes=1)
    made["nobody"] = street.nobodys()
    moved.forward(minutes=1)
    made["prompt"] = street.prompt()
    return made


class TestWhoSeesWhat:
    @pytest.mark.parametrize(
        ("who", "seen"),
        [
            ("tenant", ["prompt", "amina"]),
            ("other_tenant", ["juma"]),
            ("owner", ["prompt", "amina"]),
            ("other_owner", ["juma"]),
            ("key", ["prompt", "nobody", "juma", "amina"]),
            ("stranger", []),
        ],
    )
    def test_ones_own_newest_first_and_404_for_all_else(
        self, rents: dict, request: Any, who: str, seen: list[str]
    ) -> None:
        caller: Caller = request.getfixturevalue(who)

        answer = caller.get(PATH)
        one_by_one = {
            (name, path): caller.get(f"{PATH}/{path}{row.pk}").status_code
            for name, row in rents.items()
            for path in ("", "disbursement-status/")
        }

        assert ids(answer) == [str(rents[name].pk) for name in seen]
        assert {name for name, _ in one_by_one if one_by_one[name, ""] == 200} == set(seen)
        assert set(one_by_one.values()) <= {200, 404}
        assert all(
            one_by_one[name, "disbursement-status/"] == one_by_one[name, ""] for name in rents
        )

    def test_staff_by_permission_and_by_partner(self, rents: dict, staff: Any) -> None:
        another = add_caller("Another Example", "600999")[0]

        everything = staff(VIEW).get(PATH)
        nothing = staff(VIEW, partner=another).get(PATH)
        not_theirs = staff(VIEW, partner=another).get(f"{PATH}/{rents['amina'].pk}")
        without = staff("vault.view_owner").get(PATH)

        assert (len(ids(everything)), len(ids(nothing))) == (4, 0)
        assert not_theirs.status_code == 404
        assert (without.status_code, without.json()["code"]) == (403, "permission_missing")

    def test_filters_by_what_is_anothers_find_nothing(
        self, rents: dict, street: Street, tenant: Caller
    ) -> None:
        others = [
            tenant.get(PATH, tenant=str(street.juma.pk)),
            tenant.get(PATH, property=str(street.sunrise.pk)),
            tenant.get(PATH, owner=str(street.by_hand.pk)),
            tenant.get(PATH, search=str(rents["juma"].pk)),
            tenant.get(PATH, search=rents["juma"].receipt),
            tenant.get(PATH, search="Juma"),
        ]

        assert [ids(answer) for answer in others] == [[]] * len(others)

    def test_no_id_and_nobodys_id_are_404(self, tenant: Caller) -> None:
        answers = [
            tenant.get(f"{PATH}/{text}{tail}")
            for text in ("x", str(uuid4()), "0", "..")
            for tail in ("", "/")
        ]

        assert {answer.status_code for answer in answers} == {404}


class TestPhones:
    def test_only_those_who_may_see_them(
        self, rents: dict, key: Caller, staff: Any, tenant: Caller, owner: Caller
    ) -> None:
        Payment.objects.filter(pk=rents["amina"].pk).update(account_typed="rent 0700000001")
        seeing = [key, staff(VIEW, PHONES)]
        others = [staff(VIEW), tenant, owner]

        shown = [each.get(PATH).content.decode() for each in seeing]
        hidden = [each.get(PATH).content.decode() for each in others]
        hidden += [each.get(f"{PATH}/{rents['prompt'].pk}").content.decode() for each in others]

        assert all("254700000001" in text for text in shown)
        assert not [text for text in hidden if "700000001" in text]
        assert all("+254 700 ••• 001" in text for text in hidden)

    def test_none_is_searched_for_by_others(self, rents: dict, key: Caller, staff: Any) -> None:
        found = key.get(PATH, search="0700000001")
        not_found = staff(VIEW).get(PATH, search="0700000001")

        assert ids(found) == [str(rents["prompt"].pk), str(rents["amina"].pk)]
        assert ids(not_found) == []

    def test_of_the_owner_the_owner_and_those_who_may_see(
        self, street: Street, staff: Any, tenant: Caller, as_themselves: Any
    ) -> None:
        paid = money_in.make_owner(
            street.owner.partner, paid_to="phone", receiver_msisdn="254700100777",
        )  # fmt: skip
        house = money_in.make_property(paid, street.sunset.shortcode)
        payment = money_in.allocated_payment(house, at=street.clock())
        path = f"{PATH}/disbursement-status/{payment.pk}"

        own = as_themselves(paid).get(path).json()["disbursement"]
        others = staff(VIEW).get(path).json()["disbursement"]

        assert (own["paidTo"], own["ownerPhone"]) == ("phone", "254700100777")
        assert (others["ownerPhone"], others["ownerPaybill"]) == ("+254 700 ••• 777", None)


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"status": "pending"}, ["prompt"]),
            ({"status": "success"}, ["nobody", "juma", "amina"]),
            ({"status": "failed"}, []),
            ({"status": "pending,success"}, ["prompt", "nobody", "juma", "amina"]),
            ({"disbursementStatus": "pending"}, ["nobody", "juma", "amina"]),
            ({"disbursementStatus": "completed,failed"}, []),
            ({"from": "2026-11-21", "to": "2026-11-21"}, ["prompt", "nobody", "juma", "amina"]),
            ({"from": "2026-11-22"}, []),
            ({"to": "2026-11-21T11:01:00+03:00"}, ["amina"]),
            ({"search": "8,000"}, ["juma"]),
            ({"search": "amina"}, ["prompt", "amina"]),
            ({"search": "SUN-A3"}, ["prompt", "nobody", "amina"]),
        ],
    )
    def test_each_narrows(
        self, rents: dict, key: Caller, query: dict[str, str], found: list[str]
    ) -> None:
        assert ids(key.get(PATH, **query)) == [str(rents[name].pk) for name in found]

    def test_by_property_owner_and_tenant(self, rents: dict, street: Street, key: Caller) -> None:
        wanted = [str(rents["juma"].pk)]

        assert ids(key.get(PATH, property=str(street.sunrise.pk))) == wanted
        assert ids(key.get(PATH, owner=str(street.by_hand.pk))) == wanted
        assert ids(key.get(PATH, tenant=str(street.juma.pk))) == wanted

    @pytest.mark.parametrize(
        "query",
        [
            {"status": "paid"}, {"disbursementStatus": "done"}, {"owner": "x"}, {"from": "soon"},
            {"limit": "0"}, {"cursor": "x"}, {"colour": "red"}, {"search": "\x00"},
            {"search": "x" * 201}, {"tenant": ""},
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, key: Caller, query: dict[str, str]) -> None:
        text = {name: value.encode("utf-8", "surrogatepass") for name, value in query.items()}

        answer = key.get(PATH, **text)

        assert (answer.status_code, list(answer.json()["fields"])) == (400, list(query))

    def test_a_prompt_that_ended_without_money_failed(self, rents: dict, key: Caller) -> None:
        Prompt.objects.update(status="expired", text="no answer")

        [found] = key.get(PATH, status="failed").json()["payments"]

        assert (found["id"], found["state"]) == (str(rents["prompt"].pk), "expired")
        assert (found["failureReason"], found["disbursementStatus"]) == ("no answer", None)


class TestPages:
    def test_every_row_once_in_order_across_both_kinds(
        self, street: Street, moved: MovedClock, key: Caller
    ) -> None:
        made = []
        for number in range(4):
            made += [street.rent(), street.prompt(digits=f"0010{number}")]
            if number % 2:
                moved.forward(minutes=1)

        seen: list[str] = []
        cursor: str | None = ""
        pages = 0
        while cursor is not None:
            answer = key.get(PATH, limit=3, **({"cursor": cursor} if cursor else {}))
            seen += ids(answer)
            cursor, pages = answer.json()["nextCursor"], pages + 1

        assert (sorted(seen), pages) == (sorted(str(row.pk) for row in made), 3)
        order = [row["createdAt"] for row in key.get(PATH).json()["payments"]]
        assert order == sorted(order, reverse=True)

    def test_many_cost_no_more_queries_than_one(
        self, street: Street, key: Caller, owner: Caller
    ) -> None:
        def queries(caller: Caller, path: str) -> int:
            with CaptureQueriesContext(connection) as captured:
                assert caller.get(path).status_code == 200
            return len(captured)

        paths = [(key, PATH), (owner, f"{PATH}/disbursements/owner")]
        street.rent()
        street.prompt()
        street.forwarded()
        before = [queries(*each) for each in paths]
        for number in range(3):
            street.rent()
            street.prompt(digits=f"0020{number}")
        street.forwarded()

        assert [queries(*each) for each in paths] == before
