"""Connected accounts at the desk: the list, the page, its buttons, the upload."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.models import Step
from disbursements.models import ConnectedAccount
from tests.staff import at_the_desk, superuser
from tests.striping import open_account
from tests.winners import a_payout_job, an_account
from tests.wire import Wire
from vault.models import Partner, Shortcode

LIST = "/admin/disbursements/connectedaccount/"
WHY = "the user opened a new account"
VIEW = "disbursements.view_connectedaccount"
GOOD = "user_id,account_id\nuser-1,acct_user1\nuser-2,acct_user2\n"


@pytest.fixture
def desk(platform: Shortcode) -> Client:
    return superuser()


def page_of(row: ConnectedAccount) -> str:
    return f"{LIST}{row.pk}/change/"


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


class TestTheList:
    def test_it_says_who_may_receive_and_who_waits(
        self, wire: Wire, desk: Client, a_partner: Partner
    ) -> None:
        an_account(a_partner, "user-1")
        an_account(a_partner, "user-2", transfers="inactive")
        a_payout_job(a_partner, {"user-2": 1000})
        wire.run()

        everybody, waited_for = desk.get(LIST), desk.get(LIST, {"waits": "yes"})

        assert "May receive" in text_of(everybody)
        assert "May not receive" in text_of(everybody)
        rows = list(waited_for.context["cl"].result_list)
        assert [(row.user_id, row.waiting) for row in rows] == [("user-2", 1)]

    def test_each_everyday_question_opens(self, desk: Client, a_partner: Partner) -> None:
        an_account(a_partner, "user-1")
        views = desk.get(LIST).context["cl"].views

        answers = [desk.get(f"{LIST}{view['url']}") for view in views]

        assert [answer.status_code for answer in answers] == [200] * len(views)
        marked = [
            [view["text"] for view in answer.context["cl"].views if view["chosen"]]
            for answer in answers
        ]
        assert marked == [[view["text"]] for view in views]

    def test_the_number_of_queries_does_not_grow(
        self, desk: Client, a_partner: Partner, django_assert_max_num_queries
    ) -> None:
        for number in range(30):
            an_account(a_partner, f"user-{number}")
        desk.get(LIST)

        with django_assert_max_num_queries(20):
            desk.get(LIST)

    def test_an_account_id_opens_its_page(self, desk: Client, a_partner: Partner) -> None:
        row = an_account(a_partner, "user-1")
        an_account(a_partner, "user-11")

        answer = desk.get(LIST, {"q": "acct_user1"})

        assert answer["Location"] == page_of(row)

    def test_a_filter_that_cannot_be_read_shows_nothing(
        self, desk: Client, a_partner: Partner
    ) -> None:
        an_account(a_partner, "user-1")

        answer = desk.get(LIST, {"state": "fine"})

        assert list(answer.context["cl"].result_list) == []


class TestThePage:
    def test_it_says_why_and_what_to_do_and_who_waits(
        self, wire: Wire, desk: Client, a_partner: Partner, save
    ) -> None:
        open_account(wire, "acct_user1", transfers="inactive")
        row = save()
        job = a_payout_job(a_partner)
        wire.run(also=["accounts"])

        text = text_of(desk.get(page_of(row)))

        for words in ("May not receive", "the user must finish verification",
                      "verification document", job.settlement_id, "USD 10.00"):  # fmt: skip
            assert words in text

    def test_texts_of_strangers_are_shown_as_text(self, desk: Client, a_partner: Partner) -> None:
        row = an_account(a_partner, "<script>alert(1)</script>")
        row.currently_due, row.bank_failure = ["<b>.x"], "<i>po_1</i>"
        row.save()

        texts = text_of(desk.get(page_of(row))) + text_of(desk.get(LIST))

        assert "<script>alert" not in texts
        assert "<b>" not in texts
        assert "<i>po_1" not in texts


class TestAddAndChange:
    def test_an_account_is_added_with_a_reason(self, desk: Client, a_partner: Partner) -> None:
        body = {"confirmed": "yes", "partner": str(a_partner.pk), "user_id": "user-1",
                "account_id": "acct_user1", "reason": WHY}  # fmt: skip

        desk.post(f"{LIST}new/", body)

        row = ConnectedAccount.objects.get()
        assert (row.user_id, row.account_id) == ("user-1", "acct_user1")
        assert Step.objects.filter(because=f"added: {WHY}").exists()

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"account_id": "acc_1"}, "is not Stripe&#x27;s id of a connected account"),
            ({"reason": "short"}, "Write at least 8 characters"),
            ({"user_id": ""}, "such as user-1"),
        ],
    )
    def test_what_is_wrong_is_said(self, desk, a_partner: Partner, changes, said: str) -> None:
        body = {"confirmed": "yes", "partner": str(a_partner.pk), "user_id": "user-1",
                "account_id": "acct_user1", "reason": WHY, **changes}  # fmt: skip

        answer = desk.post(f"{LIST}new/", body)

        assert answer.status_code == 422
        assert said in text_of(answer)
        assert not ConnectedAccount.objects.exists()

    def test_adding_never_redirects_a_user_who_has_one(self, desk: Client, save) -> None:
        row = save()
        body = {"confirmed": "yes", "partner": str(row.partner_id), "user_id": "user-1",
                "account_id": "acct_other", "reason": WHY}  # fmt: skip

        answer = desk.post(f"{LIST}new/", body)

        assert "has acct_user1 already. Change it on its own page" in text_of(answer)
        assert ConnectedAccount.objects.get().account_id == "acct_user1"

    def test_another_account_is_given_with_a_reason(self, desk: Client, save) -> None:
        row = save()
        url = f"{LIST}{row.pk}/change-account/"

        asked = desk.get(url)
        desk.post(url, {"confirmed": "yes", "account_id": "acct_other", "reason": WHY})

        assert "Now it is acct_user1. What was paid to it stays there." in text_of(asked)
        assert ConnectedAccount.objects.get().account_id == "acct_other"

    def test_stripe_is_asked_now(self, wire: Wire, desk: Client, save) -> None:
        row = save()
        open_account(wire, "acct_user1")

        desk.post(f"{LIST}{row.pk}/ask/", {"confirmed": "yes", "reason": WHY})

        assert ConnectedAccount.objects.get().transfers == "active"
        assert Step.objects.filter(because=f"asked about by hand: {WHY}").exists()


class TestWhoMay:
    def test_who_may_only_look_has_no_buttons(self, platform: Shortcode, save) -> None:
        row, viewer = save(), at_the_desk(VIEW)

        text = text_of(viewer.get(page_of(row))) + text_of(viewer.get(LIST))
        answers = [
            viewer.get(f"{LIST}new/"), viewer.get(f"{LIST}upload/"),
            viewer.get(f"{LIST}{row.pk}/change-account/"), viewer.get(f"{LIST}{row.pk}/ask/"),
        ]  # fmt: skip

        assert "Another account…" not in text
        assert "Add an account…" not in text
        assert [answer.status_code for answer in answers] == [403] * 4

    def test_who_may_not_look_sees_nothing(self, platform: Shortcode) -> None:
        assert at_the_desk("disbursements.view_payoutjob").get(LIST).status_code == 403


class TestUpload:
    @pytest.fixture(autouse=True)
    def _folder_of_its_own(self, settings: LazySettings, tmp_path: Path) -> None:
        settings.VAULT_DATA_DIR = tmp_path

    @staticmethod
    def preview(desk: Client, partner: Partner, text: str = GOOD) -> Any:
        file = SimpleUploadedFile("accounts.csv", text.encode(), content_type="text/csv")
        return desk.post(f"{LIST}upload/", {"partner": str(partner.pk), "file": file})

    def test_the_preview_writes_nothing_and_the_confirmation_all(
        self, desk: Client, a_partner: Partner
    ) -> None:
        previewed = self.preview(desk, a_partner)
        before = ConnectedAccount.objects.count()
        token = previewed.context["token"]

        answer = desk.post(f"{LIST}upload/", {"token": token, "reason": WHY})

        assert "Save 2 accounts" in text_of(previewed)
        assert before == 0
        assert answer["Location"] == LIST
        assert ConnectedAccount.objects.count() == 2

    def test_it_needs_a_reason(self, desk: Client, a_partner: Partner) -> None:
        token = self.preview(desk, a_partner).context["token"]

        answer = desk.post(f"{LIST}upload/", {"token": token, "reason": ""})

        assert answer.status_code == 422
        assert not ConnectedAccount.objects.exists()

    def test_problems_name_the_line_and_what_to_do(self, desk: Client, a_partner: Partner) -> None:
        page = text_of(self.preview(desk, a_partner, f"{GOOD}user-3,acc_3\n"))

        for words in ("1 of 3 rows are wrong", "acc_3", "write Stripe&#x27;s id of the account"):
            assert words in page
        assert 'name="token"' not in page

    def test_what_is_no_such_file_is_said(self, desk: Client, a_partner: Partner) -> None:
        answer = self.preview(desk, a_partner, "reference,msisdn\n1,2\n")

        assert answer.status_code == 422
        assert "lacks the column user_id, account_id" in text_of(answer)

    def test_a_preview_of_payees_is_not_confirmed_as_accounts(
        self, desk: Client, a_partner: Partner
    ) -> None:
        from disbursements.admin.uploaded import Previewed, keep

        actor = desk.get(LIST).wsgi_request.user.get_username()
        digest = keep(SimpleUploadedFile("x.csv", GOOD.encode()))
        token = Previewed(
            digest=digest, partner_id=str(a_partner.pk), shortcode_number="", name="x.csv",
            actor=actor,
        ).token()  # fmt: skip

        desk.post(f"{LIST}upload/", {"token": token, "reason": WHY})

        assert not ConnectedAccount.objects.exists()
