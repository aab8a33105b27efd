"""Upload payees: the preview writes nothing, the confirmation imports exactly what was shown."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.models import Step
from disbursements.admin import uploaded
from disbursements.models import DisbursementRequest
from tests.staff import REASON, at_the_desk, superuser
from tests.wire import MovedClock
from vault.models import Shortcode

UPLOAD = "/admin/disbursements/disbursementrequest/upload/"
GOOD = (
    "reference,msisdn,amount,name\n"
    'RENT-1,0700 100 001,"1,250",Amina Example\n'
    "RENT-2,254700100002,800,<script>alert(1)</script>\n"
)
BAD = "reference,msisdn,amount\nRENT-1,0700100001,1250\nRENT-2,0812,800.50\n"


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: LazySettings, tmp_path: Path) -> None:
    settings.VAULT_DATA_DIR = tmp_path


def preview(desk: Client, shortcode: Shortcode, text: str = GOOD, name: str = "pay.csv") -> Any:
    file = SimpleUploadedFile(name, text.encode(), content_type="text/csv")
    return desk.post(UPLOAD, {"partner": str(shortcode.partner_id), "file": file})


class TestPreview:
    def test_it_counts_and_shows_and_writes_nothing(
        self, desk: Client, a_shortcode: Shortcode
    ) -> None:
        page = preview(desk, a_shortcode).content.decode()

        assert "Instruct 2 payouts, KES 2,050.00" in page
        assert "Amina Example" in page
        assert "<script>alert" not in page
        assert not DisbursementRequest.objects.exists()

    def test_problems_name_line_column_value_and_what_to_do(
        self, desk: Client, a_shortcode: Shortcode
    ) -> None:
        page = preview(desk, a_shortcode, BAD).content.decode()

        for text in ("1 of 2 rows cannot be paid", "msisdn", "0812", "amount", "800.50",
                     "write whole shillings"):  # fmt: skip
            assert text in page
        assert 'name="token"' not in page

    @pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "<html></html>", "\x00\x00", "PK\x03\x04"])
    def test_what_is_no_such_file_is_said(
        self, desk: Client, a_shortcode: Shortcode, text: str
    ) -> None:
        answer = preview(desk, a_shortcode, text)

        assert answer.status_code == 422
        assert "Step 1 of 2" in answer.content.decode()

    def test_a_file_above_the_limit_is_refused(
        self, desk: Client, a_shortcode: Shortcode, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("disbursements.admin.upload.UPLOAD_BYTES_MAX", 10)

        answer = preview(desk, a_shortcode)

        assert "The file is larger than" in answer.content.decode()

    def test_the_name_of_a_file_is_no_path(self, desk: Client, a_shortcode: Shortcode) -> None:
        preview(desk, a_shortcode, name="../../evil.csv")

        kept = [path.name for path in (Path(settings.VAULT_DATA_DIR) / "uploads").iterdir()]
        assert all(len(name) == 68 and name.endswith(".csv") for name in kept)

    def test_it_needs_the_permission(self, a_shortcode: Shortcode) -> None:
        viewer = at_the_desk("disbursements.view_disbursementrequest")

        assert preview(viewer, a_shortcode).status_code == 403


class TestConfirmation:
    def test_it_imports_what_was_shown_and_keeps_the_reason(
        self, desk: Client, a_shortcode: Shortcode
    ) -> None:
        token = preview(desk, a_shortcode).context["token"]

        answer = desk.post(UPLOAD, {"token": token, "reason": REASON}, follow=True)

        rows = DisbursementRequest.objects.order_by("client_reference")
        assert [(row.client_reference, row.amount_minor) for row in rows] == [
            ("RENT-1", 125_000), ("RENT-2", 80_000),
        ]  # fmt: skip
        assert "2 instructed, KES 2,050.00" in answer.content.decode()
        assert answer.context["cl"].result_count == 2
        assert Step.objects.filter(subject_type="Partner", because__contains=REASON).exists()

    def test_the_same_file_again_adds_nothing(self, desk: Client, a_shortcode: Shortcode) -> None:
        token = preview(desk, a_shortcode).context["token"]
        desk.post(UPLOAD, {"token": token, "reason": REASON})

        twice = desk.post(UPLOAD, {"token": token, "reason": REASON}, follow=True)
        again = preview(desk, a_shortcode)

        assert DisbursementRequest.objects.count() == 2
        assert "no longer here" in twice.content.decode()
        assert "There is nothing to add" in again.content.decode()

    def test_without_a_reason_nothing_is_written(
        self, desk: Client, a_shortcode: Shortcode
    ) -> None:
        token = preview(desk, a_shortcode).context["token"]

        answer = desk.post(UPLOAD, {"token": token, "reason": "short"})

        assert answer.status_code == 422
        assert not DisbursementRequest.objects.exists()

    def test_a_forged_or_borrowed_token_is_refused(
        self, desk: Client, a_shortcode: Shortcode
    ) -> None:
        token = preview(desk, a_shortcode).context["token"]

        superuser().post(UPLOAD, {"token": token, "reason": REASON})
        desk.post(UPLOAD, {"token": f"{token}x", "reason": REASON})
        desk.post(UPLOAD, {"token": "../../etc/passwd", "reason": REASON})

        assert not DisbursementRequest.objects.exists()

    def test_a_file_changed_since_the_preview_is_refused(
        self, desk: Client, a_shortcode: Shortcode
    ) -> None:
        token = preview(desk, a_shortcode).context["token"]
        user = desk.get(reverse("admin:index")).wsgi_request.user.get_username()
        uploaded.recall(token, actor=user).path.write_text(GOOD.replace("800", "900"))

        desk.post(UPLOAD, {"token": token, "reason": REASON})

        assert not DisbursementRequest.objects.exists()

    def test_what_is_refused_by_now_is_said_and_writes_nothing(
        self, desk: Client, a_shortcode: Shortcode
    ) -> None:
        token = preview(desk, a_shortcode).context["token"]
        Shortcode.objects.update(is_active=False)

        answer = desk.post(UPLOAD, {"token": token, "reason": REASON}, follow=True)

        assert answer.status_code == 200
        assert "Nothing was imported" in answer.content.decode()
        assert not DisbursementRequest.objects.exists()


class TestFilesThatNobodyConfirms:
    def test_they_go_when_the_next_file_comes(
        self, desk: Client, a_shortcode: Shortcode, moved: MovedClock
    ) -> None:
        folder = Path(settings.VAULT_DATA_DIR) / "uploads"
        preview(desk, a_shortcode)
        [old] = folder.iterdir()

        moved.forward(minutes=59)
        preview(desk, a_shortcode, GOOD.replace("800", "900"))
        assert old.exists()
        moved.forward(minutes=2)
        preview(desk, a_shortcode, GOOD.replace("800", "950"))

        assert not old.exists()
        assert len(list(folder.iterdir())) == 2
