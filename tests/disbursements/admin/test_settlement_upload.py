"""Upload a settlement: the preview stores nothing, what is wrong is named with its line."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.models import Step
from disbursements.models import DisbursementRequest, PayoutJob
from tests.staff import REASON, at_the_desk
from tests.winners import a_stripe_account, an_account
from vault.models import Partner, Shortcode

UPLOAD = "/admin/disbursements/payoutjob/upload/"
GOOD = "user_id,amount\nuser-1,50.00\nuser-2,30\n"
BAD = "user_id,amount,currency\nuser-1,50.00,\nuser-1,-3,\nuser-3,10,EUR\n"


@pytest.fixture
def platform(a_partner: Partner) -> Shortcode:
    return a_stripe_account(a_partner)


def typed(platform: Shortcode, winners: str = GOOD, **changes: Any) -> dict[str, Any]:
    return {
        "partner": str(platform.partner_id), "settlement_id": "SET-1", "contest_id": "cup-1",
        "currency": "USD", "pool": "100", "winners": winners, **changes,
    }  # fmt: skip


def preview(desk: Client, platform: Shortcode, winners: str = GOOD, **changes: Any) -> Any:
    return desk.post(UPLOAD, typed(platform, winners, **changes))


def confirm(desk: Client, page: Any, **changes: Any) -> Any:
    hidden = dict(page.context["hidden"])
    return desk.post(
        UPLOAD, {**hidden, "confirmed": "yes", "reason": REASON, **changes}, follow=True
    )


class TestPreview:
    def test_it_shows_all_of_it_and_stores_nothing(
        self, desk: Client, platform: Shortcode
    ) -> None:
        steps = Step.objects.count()

        page = preview(desk, platform).content.decode()

        for text in ("Pay out 2 winners, USD 80.00", "USD 20.00", "user-2", "STRIPE", "cup-1"):
            assert text in page
        assert not PayoutJob.objects.exists()
        assert not DisbursementRequest.objects.exists()
        assert Step.objects.count() == steps

    def test_who_would_have_to_wait_is_counted_with_what_to_do(
        self, desk: Client, platform: Shortcode
    ) -> None:
        an_account(platform.partner, "user-1")

        page = preview(desk, platform).content.decode()

        assert "Who would have to wait" in page
        assert "This user has no connected account yet" in page

    def test_what_is_wrong_is_named_with_its_line_and_can_be_mended(
        self, desk: Client, platform: Shortcode
    ) -> None:
        answer = preview(desk, platform, BAD)
        page = answer.content.decode()

        assert answer.status_code == 422
        rows = [(row[0], row[1], row[2]) for row in answer.context["problems"].rows]
        assert rows == [(3, "user_id", "user-1"), (3, "amount", "-3"), (4, "currency", "EUR")]
        assert "user-3,10,EUR" in page
        assert not PayoutJob.objects.exists()

    def test_a_pool_that_is_too_small_names_the_line_that_leaves_it(
        self, desk: Client, platform: Shortcode
    ) -> None:
        answer = preview(desk, platform, pool="60")

        [row] = answer.context["problems"].rows
        assert row[0] == 3
        assert "USD 80.00" in str(row[3])

    @pytest.mark.parametrize(
        ("field", "value"),
        [("currency", "XXQ"), ("pool", "many"), ("max_attempts", "99"), ("settlement_id", "ä"),
         ("contest_id", ""), ("partner", "")],
    )  # fmt: skip
    def test_what_is_wrong_above_stands_at_its_field(
        self, field: str, value: str, desk: Client, platform: Shortcode
    ) -> None:
        answer = preview(desk, platform, **{field: value})

        assert answer.status_code == 422
        assert answer.context["form"].errors[field]

    @pytest.mark.parametrize("winners", ["", "a,b\n1,2\n", "user-1,50\n", 'user_id,amount\n"x,1'])
    def test_what_is_no_list_of_winners_is_said(
        self, winners: str, desk: Client, platform: Shortcode
    ) -> None:
        answer = preview(desk, platform, winners)

        assert answer.status_code == 422
        assert answer.context["form"].errors["winners"]

    def test_a_file_takes_the_place_of_what_is_written(
        self, desk: Client, platform: Shortcode
    ) -> None:
        file = SimpleUploadedFile("won.csv", b"\xef\xbb\xbfuser_id;amount\r\nuser-9;7\r\n")

        page = preview(desk, platform, "nonsense", file=file)

        assert "Pay out 1 winner, USD 7.00" in page.content.decode()

    def test_a_file_with_a_mistake_can_be_mended_in_the_box(
        self, desk: Client, platform: Shortcode
    ) -> None:
        file = SimpleUploadedFile("won.csv", b"user_id,amount\nuser-9,nothing\n")

        page = preview(desk, platform, "", file=file).content.decode()

        assert "user-9,nothing" in page

    @pytest.mark.parametrize("content", [b"\xff\xfeu\x00", b"PK\x03\x04", b"\x00\x00", b""])
    def test_what_is_no_such_file_is_said(
        self, content: bytes, desk: Client, platform: Shortcode
    ) -> None:
        file = SimpleUploadedFile("won.csv", content)

        assert preview(desk, platform, "", file=file).status_code == 422

    def test_a_partner_without_an_account_at_stripe_is_told(
        self, desk: Client, platform: Shortcode
    ) -> None:
        Shortcode.objects.update(is_active=False)

        page = preview(desk, platform).content.decode()

        assert "no active Stripe account" in page

    def test_hostile_ids_stay_text(self, desk: Client, platform: Shortcode) -> None:
        page = preview(
            desk, platform, "user_id,amount\n<script>alert(1)</script>,5\n"
        ).content.decode()

        assert "<script>alert" not in page

    def test_it_needs_the_permission(self, platform: Shortcode) -> None:
        viewer = at_the_desk("disbursements.view_payoutjob")

        assert viewer.get(UPLOAD).status_code == 403
        assert preview(viewer, platform).status_code == 403


class TestConfirmation:
    def test_it_queues_what_was_shown_and_keeps_the_reason(
        self, desk: Client, platform: Shortcode
    ) -> None:
        answer = confirm(desk, preview(desk, platform))

        job = PayoutJob.objects.get()
        assert (job.settlement_id, job.total_minor, job.origin) == ("SET-1", 8_000, "admin")
        assert "2 winners queued, USD 80.00." in answer.content.decode()
        assert Step.objects.filter(subject_id=str(job.pk), because__contains=REASON).exists()
        assert set(DisbursementRequest.objects.values_list("payee_user", "amount_minor")) == {
            ("user-1", 5_000), ("user-2", 3_000),
        }  # fmt: skip

    def test_nothing_is_queued_without_a_reason(self, desk: Client, platform: Shortcode) -> None:
        page = preview(desk, platform)

        answer = confirm(desk, page, reason="short")

        assert answer.status_code == 422
        assert not PayoutJob.objects.exists()

    @pytest.mark.parametrize(
        "changes", [{"winners": "user_id,amount\nuser-1,99\n"}, {"pool": "500"}, {"token": "x"}]
    )
    def test_what_was_not_previewed_is_previewed_again(
        self, changes: dict[str, str], desk: Client, platform: Shortcode
    ) -> None:
        answer = confirm(desk, preview(desk, platform), **changes)

        assert "Look at this preview once more" in answer.content.decode()
        assert not PayoutJob.objects.exists()

    def test_anothers_preview_is_not_ones_own(self, desk: Client, platform: Shortcode) -> None:
        page = preview(at_the_desk(is_superuser=True), platform)

        answer = confirm(desk, page)

        assert "Look at this preview once more" in answer.content.decode()
        assert not PayoutJob.objects.exists()

    def test_confirming_twice_is_one_job(self, desk: Client, platform: Shortcode) -> None:
        page = preview(desk, platform)

        confirm(desk, page)
        answer = confirm(desk, page)

        assert PayoutJob.objects.count() == 1
        assert "was handed in before" in answer.content.decode()

    def test_the_same_settlement_again_leads_to_its_job(
        self, desk: Client, platform: Shortcode
    ) -> None:
        confirm(desk, preview(desk, platform))

        page = preview(desk, platform).content.decode()

        assert "There is nothing to add" in page
        assert str(PayoutJob.objects.get().pk) in page

    def test_another_content_under_the_same_id_is_refused(
        self, desk: Client, platform: Shortcode
    ) -> None:
        confirm(desk, preview(desk, platform))

        answer = preview(desk, platform, pool="90")

        assert "handed in before with another content" in str(
            answer.context["form"].errors["settlement_id"]
        )

    def test_a_winner_of_the_contest_in_another_settlement_is_named(
        self, desk: Client, platform: Shortcode
    ) -> None:
        confirm(desk, preview(desk, platform))

        answer = preview(
            desk, platform, "user_id,amount\nuser-7,1\nuser-2,1\n", settlement_id="SET-2"
        )

        [row] = answer.context["problems"].rows
        assert (row[0], row[2]) == (3, "user-2")

    def test_going_back_keeps_what_was_written(self, desk: Client, platform: Shortcode) -> None:
        hidden = dict(preview(desk, platform).context["hidden"])

        page = desk.post(UPLOAD, {**hidden, "mend": "yes"}).content.decode()

        assert "Step 1 of 2" in page
        assert "user-2,30" in page
        assert 'value="cup-1"' in page
