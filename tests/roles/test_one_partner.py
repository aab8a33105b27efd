"""money_safety.md 1, number 12, for people: one partner's own staff see nothing of another's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError
from django.test import RequestFactory
from django.urls import reverse

from core.admin.scope import NOBODYS, partners_of
from core.models import Step
from disbursements.models import DisbursementRequest, PauseScope
from disbursements.operations.pause import pause
from tests.roles.conftest import Person
from tests.staff import REASON
from tests.wire import MovedClock
from vault.models import Partner, Shortcode

LIST = "/admin/disbursements/disbursementrequest/"
OTHER_NAMES = ("Baraka", "600222", "THEIRS-1", "Zawadi")
CLOSED = (
    "core_step", "core_alert", "gateways_callback", "gateways_call", "ledger_account",
    "ledger_entry", "disbursements_pause", "disbursements_resultcoderule", "auth_user",
    "auth_group", "core_jobrun", "reconciliation_alertrecipient", "reconciliation_alertmessage",
    "reconciliation_severityrule",
)  # fmt: skip
ABOUT_A_ROW = ("ask", "release", "correct", "settle")
Somebody = Callable[..., Person]


@pytest.fixture
def bound(somebody: Somebody, a_partner: Partner, ours: DisbursementRequest) -> Person:
    """The first partner's own, with every permission that there is."""
    person = somebody("Administrator", partner=a_partner)
    person.user.is_superuser = True
    person.user.save()
    return person


def names_in(text: str) -> list[str]:
    """What the page tells of the other partner."""
    return [name for name in OTHER_NAMES if name in text]


class TestList:
    def test_it_has_the_partners_own_rows_and_no_others(
        self, bound: Person, ours: DisbursementRequest, theirs: DisbursementRequest
    ) -> None:
        text = bound.page.get(LIST).content.decode()

        assert "OURS-1" in text
        assert names_in(text) == []

    def test_somebody_of_all_partners_sees_both(
        self, somebody: Somebody, ours: DisbursementRequest, theirs: DisbursementRequest
    ) -> None:
        text = somebody("Viewer").page.get(LIST).content.decode()

        assert {"OURS-1", "THEIRS-1"} <= set(text.replace("<", " ").replace(">", " ").split())

    @pytest.mark.parametrize("name", ["partner", "shortcode"])
    def test_a_filter_by_the_other_partner_finds_nothing(
        self, bound: Person, theirs: DisbursementRequest, name: str
    ) -> None:
        answer = bound.page.get(LIST, {name: str(getattr(theirs, f"{name}_id"))})

        assert answer.context["cl"].result_count == 0
        assert names_in(answer.content.decode()) == []

    @pytest.mark.parametrize(
        "term", ["THEIRS-1", "Zawadi", "777", "0700000777", "254700000777", "ID"]
    )
    def test_no_search_finds_it(
        self, bound: Person, theirs: DisbursementRequest, term: str
    ) -> None:
        answer = bound.page.get(LIST, {"q": str(theirs.pk) if term == "ID" else term})

        assert answer.status_code == 200
        assert answer.context["cl"].result_count == 0

    def test_the_others_reference_does_not_hide_ones_own_hits(
        self, bound: Person, theirs: DisbursementRequest, pay: Any
    ) -> None:
        pay("00009", reference="THEIRS-1-AND-OURS")

        answer = bound.page.get(LIST, {"q": "THEIRS-1"})

        assert answer.status_code == 302


class TestPages:
    def test_the_others_row_is_not_there(self, bound: Person, theirs: DisbursementRequest) -> None:
        answer = bound.page.get(f"{LIST}{theirs.pk}/change/")

        assert answer.status_code in {302, 404}
        assert names_in(bound.page.get("/admin/").content.decode()) == []

    @pytest.mark.parametrize("verb", ABOUT_A_ROW)
    def test_nothing_can_be_done_to_it(
        self, bound: Person, theirs: DisbursementRequest, verb: str
    ) -> None:
        page = reverse(f"admin:disbursements_disbursementrequest_{verb}", args=[theirs.pk])

        answer = bound.page.post(page, {"confirmed": "yes", "reason": REASON})

        assert answer.status_code == 404

    def test_its_id_among_ticked_ones_is_nothing(
        self, bound: Person, theirs: DisbursementRequest
    ) -> None:
        page = reverse("admin:disbursements_disbursementrequest_release-many")

        answer = bound.page.post(page, {"ids": [str(theirs.pk)]})

        assert "No payout is selected." in answer.content.decode()
        assert names_in(answer.content.decode()) == []

    def test_its_phone_is_not_shown(self, bound: Person, theirs: DisbursementRequest) -> None:
        answer = bound.page.post(f"{LIST}{theirs.pk}/phones/")

        assert answer.status_code == 404
        assert not Step.objects.filter(because="phone shown").exists()

    @pytest.mark.parametrize("page", CLOSED)
    def test_what_belongs_to_no_partner_is_closed(self, bound: Person, page: str) -> None:
        url = reverse(f"admin:{page}_changelist")

        assert bound.page.get(url).status_code == 403
        assert url not in bound.page.get(LIST).content.decode()

    def test_partners_and_shortcodes_are_their_own(
        self, bound: Person, theirs: DisbursementRequest
    ) -> None:
        pages = ["vault_partner", "vault_shortcode", "vault_apikey", "vault_balancereading"]

        answers = [bound.page.get(reverse(f"admin:{page}_changelist")) for page in pages]

        assert {answer.status_code for answer in answers} == {200}
        assert [names_in(answer.content.decode()) for answer in answers] == [[]] * 4
        assert "600111" in answers[1].content.decode()

    def test_nobody_bound_to_a_partner_pauses(self, bound: Person) -> None:
        assert bound.page.get(reverse("admin:disbursements_pause_start")).status_code == 403

    def test_every_list_answers_without_the_others_names(
        self, bound: Person, theirs: DisbursementRequest
    ) -> None:
        pages = [
            f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            for model in admin.site._registry
        ]

        answers = {page: bound.page.get(page) for page in pages}

        assert {answer.status_code for answer in answers.values()} <= {200, 403}
        told = {page: names_in(answer.content.decode()) for page, answer in answers.items()}
        assert {page: names for page, names in told.items() if names} == {}


class TestHome:
    def test_the_counters_are_of_their_own_rows(
        self, bound: Person, somebody: Somebody, theirs: DisbursementRequest
    ) -> None:
        own = bound.page.get("/admin/").context["queues"]
        every = somebody("Viewer").page.get("/admin/").context["queues"]

        assert [line.count for line in own if line.name == "Queued"] == [1]
        assert [line.count for line in every if line.name == "Queued"] == [2]

    def test_the_banner_tells_of_no_other_partners_pause(
        self, bound: Person, theirs: DisbursementRequest, moved: MovedClock
    ) -> None:
        pause(
            scope=PauseScope.PARTNER, target=str(theirs.partner_id), reason="Baraka has no float",
            actor="test", at=moved(),
        )  # fmt: skip

        text = bound.page.get(LIST).content.decode()

        assert names_in(text) == []


class TestApi:
    def test_the_list_is_of_their_own_rows(
        self, bound: Person, theirs: DisbursementRequest
    ) -> None:
        answer = bound.api("get", "/api/disburse")

        assert answer.status_code == 200
        assert "OURS-1" in answer.content.decode()
        assert names_in(answer.content.decode()) == []

    def test_the_others_row_is_not_found(self, bound: Person, theirs: DisbursementRequest) -> None:
        assert bound.api("get", f"/api/disburse/{theirs.pk}").status_code == 404

    def test_a_file_has_their_own_rows_only(
        self, bound: Person, theirs: DisbursementRequest
    ) -> None:
        answer = bound.api("get", "/api/disburse/export?format=csv")

        text = b"".join(answer.streaming_content).decode()
        assert "OURS-1" in text
        assert names_in(text) == []


class TestUpload:
    def test_only_their_own_partner_can_be_chosen(
        self, bound: Person, theirs: DisbursementRequest
    ) -> None:
        page = reverse("admin:disbursements_disbursementrequest_upload")
        file = SimpleUploadedFile("a.csv", b"reference,msisdn,amount\nA,254700100001,10\n")

        form = bound.page.get(page)
        answer = bound.page.post(page, {"partner": str(theirs.partner_id), "file": file})

        assert names_in(form.content.decode()) == []
        assert answer.status_code == 422
        assert "partner" in answer.context["form"].errors


class TestCommands:
    @pytest.fixture
    def clerk(self, somebody: Somebody, a_partner: Partner) -> Person:
        return somebody("Administrator", partner=a_partner)

    def test_asking_about_the_others_finds_no_payout(
        self, clerk: Person, theirs: DisbursementRequest
    ) -> None:
        with pytest.raises(CommandError, match=f"there is no payout {theirs.pk}"):
            clerk.command("ask", str(theirs.pk))

    def test_nothing_is_instructed_for_the_other(
        self, clerk: Person, theirs: DisbursementRequest, tmp_path: Path
    ) -> None:
        file = tmp_path / "a.csv"
        file.write_text("reference,msisdn,amount\nA,254700100001,10\n")

        with pytest.raises(CommandError, match="there is no partner"):
            clerk.command("import_disbursements", str(file), "--partner", str(theirs.partner_id))

    @pytest.mark.parametrize(
        "arguments",
        [
            ("pause", "--everything", "--reason", REASON),
            ("release", "--cause", "b2c:5", "--reason", REASON),
            ("pauses",),
            ("verify_steps",),
        ],
    )
    def test_what_concerns_all_is_refused(self, clerk: Person, arguments: tuple[str, ...]) -> None:
        with pytest.raises(CommandError, match="sees one partner"):
            clerk.command(*arguments)

    def test_a_file_has_their_own_rows_only(
        self, clerk: Person, ours: DisbursementRequest, theirs: DisbursementRequest, tmp_path: Path
    ) -> None:
        file = tmp_path / "a.csv"

        clerk.command("export_disbursements", "--output", str(file))

        assert "OURS-1" in file.read_text()
        assert names_in(file.read_text()) == []

    def test_nothing_is_retried_or_cancelled_for_the_other(
        self, clerk: Person, theirs: DisbursementRequest
    ) -> None:
        with pytest.raises(CommandError, match="Nothing that matches"):
            clerk.command("cancel_disbursements", "--id", str(theirs.pk), "--reason", REASON)

        theirs.refresh_from_db()
        assert theirs.status == "queued"


class TestWithoutTheMiddleware:
    def test_there_is_nothing_to_see(self, a_shortcode: Shortcode) -> None:
        assert partners_of(RequestFactory().get("/admin/")) == NOBODYS
