"""import_file: what is wrong with a whole file, and how its progress is told."""

import io
from typing import Any

import pytest

from core.refusals import Refused
from disbursements.models import DisbursementRequest
from disbursements.operations import import_file as operation
from disbursements.operations.import_file import ImportReport, import_file
from disbursements.operations.which_shortcode import NoShortcode
from disbursements.rules.payee_file import BadFile
from tests.disbursements.payees import AT, HEADER, add_payer, good_lines
from vault.models import Partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def payer(db: None) -> Partner:
    return add_payer()


def take_in(payer: Partner, lines: list[str], **options: Any) -> ImportReport:
    content = "\n".join([HEADER, *lines]).encode()
    return import_file(
        source=io.BytesIO(content), partner_id=payer.pk, actor="test", at=AT, **options
    )


class TestWholeFile:
    @pytest.mark.parametrize("content", [b"", b"\xff\xfe", HEADER.encode()[10:] + b"\n1,2\n"])
    def test_an_unreadable_file_is_refused(self, payer: Partner, content: bytes) -> None:
        with pytest.raises(BadFile):
            import_file(source=io.BytesIO(content), partner_id=payer.pk, actor="test", at=AT)

    def test_mixed_encodings_name_line_and_byte_and_add_nothing(self, payer: Partner) -> None:
        content = "\n".join([HEADER, *good_lines(3)]).encode() + b"\nA-9,0700000009,10,\xe9,x\n"

        with pytest.raises(BadFile, match=r"line 5, byte 19 \(0xE9\)"):
            import_file(
                source=io.BytesIO(content), partner_id=payer.pk, actor="test", at=AT, skip_bad=True
            )

        assert not DisbursementRequest.objects.exists()

    def test_no_rows_and_too_many_rows_are_refused(
        self, payer: Partner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(operation, "FILE_ROWS_MAX", 3)

        with pytest.raises(Refused, match="names no payees"):
            take_in(payer, [])
        with pytest.raises(BadFile, match="more than 3 rows"):
            take_in(payer, good_lines(4))

        assert not DisbursementRequest.objects.exists()

    def test_a_file_of_too_many_bytes_is_refused(
        self, payer: Partner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(operation, "FILE_BYTES_MAX", 20)

        with pytest.raises(BadFile, match="more than 20 bytes"):
            take_in(payer, good_lines(1))

    def test_somebody_elses_shortcode_is_refused(self, payer: Partner) -> None:
        add_payer("Another Example", "600222")

        with pytest.raises(NoShortcode):
            take_in(payer, good_lines(1), shortcode_number="600222")

    def test_progress_goes_from_start_to_end_in_both_passes(self, payer: Partner) -> None:
        told: list[tuple[str, int, int]] = []

        take_in(payer, good_lines(3), progress=lambda *step: told.append(step))

        assert [word for word, _, _ in told] == ["Checking", "Adding"]
        assert all(done == total for _, done, total in told)
