"""Statements at every door: the desk's pages, the API, the command; nobody sees another's."""

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from core.models import Step
from tests.commands import answer_of, refusal_of, said
from tests.people import a_person, token_of
from tests.rents.statements.conftest import Estate
from tests.staff import at_the_desk
from vault.models import Owner, StaffMember
from vault.operations.add_api_key import add_api_key
from vault.operations.add_partner import add_partner

SEE = "rents.view_forward"
MONTH = "from=2026-11-01&to=2026-11-30"
API = "/api/payments/statements/owner"


@pytest.fixture
def desk(estate: Estate) -> Client:
    return at_the_desk(SEE)


def page_of(owner: Owner) -> str:
    return reverse("owner_statement", args=[owner.pk])


def as_staff_of_another_partner(estate: Estate) -> Client:
    client = at_the_desk(SEE)
    stranger = add_partner(name="Another Example Ltd", actor="test", at=estate.clock())
    user = User.objects.get(pk=client.session["_auth_user_id"])
    StaffMember.objects.create(user=user, partner=stranger)
    return client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class TestPages:
    def test_the_list_shows_what_each_owner_has_to_get(self, desk: Client, estate: Estate) -> None:
        estate.forward(estate.rent())
        estate.rent()

        page = desk.get(reverse("owner_statements")).content.decode()

        assert page.index("Mary Example") < page.index("Otieno Example")
        assert page.count("KES 9,500.00") == 2
        assert "KES 19,000.00" in page

    def test_the_list_finds_a_name(self, desk: Client, estate: Estate) -> None:
        page = desk.get(reverse("owner_statements"), {"q": "otieno"}).content.decode()

        assert "Otieno Example" in page
        assert "Mary Example" not in page

    def test_a_statement_shows_its_lines_and_adds_up(self, desk: Client, estate: Estate) -> None:
        rent = estate.rent()

        page = desk.get(f"{page_of(estate.owner)}?{MONTH}").content.decode()

        assert rent.receipt in page
        assert "Sunset Example, A3, Amina Example" in page
        assert "KES 9,500.00" in page

    @pytest.mark.parametrize(("kind", "start"), [("pdf", b"%PDF-"), ("csv", b"\xef\xbb\xbfdate,")])
    def test_it_is_taken_away_as_a_file(
        self, desk: Client, estate: Estate, kind: str, start: bytes
    ) -> None:
        estate.rent()

        answer = desk.post(
            page_of(estate.owner), {"from": "2026-11-01", "to": "2026-11-30", "kind": kind}
        )

        assert answer.content.startswith(start)
        assert f"2026-11-30_EAT.{kind}" in answer["Content-Disposition"]
        assert Step.objects.filter(subject_type="Owner", because__contains=f"as {kind}").exists()

    def test_days_that_are_none_are_told_and_this_month_is_shown(
        self, desk: Client, estate: Estate
    ) -> None:
        page = desk.get(f"{page_of(estate.owner)}?from=yesterday").content.decode()

        assert "write a day such as 2026-11-21" in page
        assert "This month is shown instead" in page

    def test_the_revenue_is_shown_and_taken_away(self, desk: Client, estate: Estate) -> None:
        estate.rent()

        page = desk.get(f"{reverse('rent_revenue')}?{MONTH}").content.decode()
        file = desk.post(reverse("rent_revenue"), {"from": "2026-11-01", "to": "2026-11-30"})

        assert "November 2026" in page
        assert "KES 500.00" in page
        assert b"month,November 2026,,1,10000.00,500.00,9500.00,0.00,0.00,KES" in file.content
        assert file["Content-Disposition"].endswith('revenue_all_2026-11-01_2026-11-30_EAT.csv"')

    @pytest.mark.parametrize("name", ["owner_statements", "rent_revenue"])
    def test_without_the_permission_there_is_no_page(self, estate: Estate, name: str) -> None:
        client = at_the_desk("vault.view_payment")

        assert client.get(reverse(name)).status_code == 403
        assert client.get(page_of(estate.owner)).status_code == 403

    def test_nobody_who_is_not_signed_in_sees_one(self, estate: Estate) -> None:
        assert Client().get(page_of(estate.owner)).status_code == 302

    def test_a_partners_staff_see_no_other_partners_owners(self, estate: Estate) -> None:
        estate.rent()
        client = as_staff_of_another_partner(estate)

        assert client.get(page_of(estate.owner)).status_code == 404
        assert "Mary Example" not in client.get(reverse("owner_statements")).content.decode()
        revenue = client.get(reverse("rent_revenue"), {"partner": str(estate.owner.partner_id)})
        assert "Mary Example" not in revenue.content.decode()


class TestApi:
    def test_an_owner_has_their_own(self, estate: Estate) -> None:
        estate.rent()
        user = a_person(is_staff=False)
        Owner.objects.filter(pk=estate.owner.pk).update(user=user)
        headers = bearer(token_of(user, at=estate.clock()))

        mine = Client().get(f"{API}?{MONTH}", headers=headers)
        others = Client().get(f"{API}?{MONTH}&owner={estate.other.pk}", headers=headers)

        assert mine.json()["statement"]["closing"] == "9500.00"
        assert mine.json()["statement"]["from"] == "2026-11-01"
        assert others.status_code == 404

    @pytest.mark.parametrize(("kind", "start"), [("pdf", b"%PDF-"), ("csv", b"date,kind,")])
    def test_it_is_a_file_when_that_is_asked_for(
        self, estate: Estate, kind: str, start: bytes
    ) -> None:
        headers = bearer(token_of(a_person(SEE), at=estate.clock()))

        answer = Client().get(
            f"{API}?{MONTH}&owner={estate.owner.pk}&kind={kind}", headers=headers
        )

        assert answer.content.startswith(start)
        assert answer["Content-Disposition"].startswith("attachment")

    def test_another_partners_key_finds_nothing(self, estate: Estate) -> None:
        stranger = add_partner(name="Another Example Ltd", actor="test", at=estate.clock())
        key = add_api_key(partner_id=stranger.pk, actor="test", at=estate.clock()).key

        answer = Client().get(f"{API}?owner={estate.owner.pk}", headers=bearer(key))

        assert answer.status_code in (403, 404)
        assert "Mary" not in answer.content.decode()

    def test_nobody_gets_none(self, estate: Estate) -> None:
        assert Client().get(f"{API}?owner={estate.owner.pk}").status_code == 401

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("", "owner"), ("owner=x", "owner"), ("kind=xls", "kind"), ("from=1", "from"),
            ("from=2026-11-02&to=2026-11-01", "to"), ("month=11", "month"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, estate: Estate, query: str, field: str) -> None:
        headers = bearer(token_of(a_person(SEE), at=estate.clock()))

        answer = Client().get(f"{API}?{query}", headers=headers)

        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == [field]


class TestCommand:
    def test_it_tells_the_statement(self, estate: Estate) -> None:
        rent = estate.rent()

        text = said("owner_statement", "Mary Example", "--from", "2026-11-01")
        values = answer_of("owner_statement", str(estate.owner.pk))

        assert rent.receipt in text
        assert "KES 9,500.00" in text
        assert values["closing"] == "9500.00"

    @pytest.mark.parametrize("kind", ["pdf", "csv"])
    def test_it_writes_a_file_and_never_over_one(
        self, estate: Estate, tmp_path: Path, kind: str
    ) -> None:
        path = str(tmp_path / f"november.{kind}")
        arguments = ["owner_statement", "Mary Example", "--file", kind, "--output", path]

        answer = answer_of(*arguments)

        assert answer == {"file": path, "bytes": Path(path).stat().st_size}
        assert "is there already" in str(refusal_of(*arguments))

    def test_a_dry_run_writes_nothing(self, estate: Estate, tmp_path: Path) -> None:
        estate.rent()
        path = tmp_path / "november.pdf"

        answer = answer_of(
            "owner_statement", "Mary Example", "--file", "pdf", "--output", str(path), "--dry-run"
        )

        assert answer == {"lines": 1, "dryRun": True}
        assert not path.exists()

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["Nobody Example"], "there is no such owner"),
            (["0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"], "is no owner"),
            (["Mary Example", "--from", "1 Nov"], "write a day such as"),
            (["Mary Example", "--output", "x.pdf"], "belong to --file"),
        ],
    )
    def test_what_is_wrong_is_told(self, estate: Estate, arguments: list[str], told: str) -> None:
        assert told in str(refusal_of("owner_statement", *arguments))

    def test_its_json_can_be_read(self, estate: Estate) -> None:
        estate.rent()

        assert json.loads(said("owner_statement", "Mary Example", "--json"))["lines"]
