"""import_disbursements: what it prints, what it writes, how it ends."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from disbursements.models import DisbursementRequest
from tests.disbursements.payees import HEADER, add_payer, good_lines
from vault.models import Partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def payer(db: None) -> Partner:
    return add_payer()


class TestCommand:
    def write(self, tmp_path: Path, lines: list[str]) -> Path:
        path = tmp_path / "payees.csv"
        path.write_text("\n".join([HEADER, *lines]))
        return path

    def run(self, path: Path, payer: Partner, *options: str) -> tuple[int, str]:
        out = io.StringIO()
        try:
            call_command(
                "import_disbursements", str(path), "--partner", str(payer.pk), *options, stdout=out
            )
        except SystemExit as ended:
            return int(ended.code or 0), out.getvalue()
        return 0, out.getvalue()

    def test_it_answers_in_json(self, payer: Partner, tmp_path: Path) -> None:
        code, said = self.run(self.write(tmp_path, good_lines(3)), payer, "--json")

        answer = json.loads(said)
        assert code == 0
        assert (answer["rows"], answer["added"], answer["rejected"]) == (3, 3, 0)
        assert (answer["total"], answer["currency"]) == ("303.00", "KES")
        assert DisbursementRequest.objects.first().created_by.startswith("command:")

    def test_rejected_rows_end_with_1_and_say_what_to_do(
        self, payer: Partner, tmp_path: Path
    ) -> None:
        path = self.write(tmp_path, [*good_lines(3), "A-9,12,1250,,"])

        code, said = self.run(path, payer)

        assert code == 1
        assert "line 5, msisdn: 12 " in said
        assert "Nothing was added" in said
        assert not DisbursementRequest.objects.exists()

    def test_skip_bad_ends_with_0_and_names_the_file(self, payer: Partner, tmp_path: Path) -> None:
        path = self.write(tmp_path, [*good_lines(3), "A-9,12,1250,,"])

        code, said = self.run(path, payer, "--skip-bad", "--json")

        answer = json.loads(said)
        assert (code, answer["added"], answer["rejected"]) == (0, 3, 1)
        assert answer["rejectedFile"] == str(tmp_path / "payees.rejected.csv")
        assert Path(answer["rejectedFile"]).exists()

    def test_skip_bad_with_nothing_good_ends_with_1(self, payer: Partner, tmp_path: Path) -> None:
        code, _ = self.run(self.write(tmp_path, ["A-9,12,1250,,"]), payer, "--skip-bad")

        assert code == 1

    def test_a_dry_run_adds_nothing_and_its_code_tells_what_would_be(
        self, payer: Partner, tmp_path: Path
    ) -> None:
        good, said = self.run(self.write(tmp_path, good_lines(3)), payer, "--dry-run")
        bad, _ = self.run(self.write(tmp_path, ["A-9,12,1250,,"]), payer, "--dry-run")

        assert (good, bad) == (0, 1)
        assert "3 would be added (KES 303.00)" in said
        assert not DisbursementRequest.objects.exists()

    def test_a_file_that_is_not_there_is_one_sentence(
        self, payer: Partner, tmp_path: Path
    ) -> None:
        with pytest.raises(CommandError, match=r"file: .* cannot be read") as refused:
            self.run(tmp_path / "nothing.csv", payer)

        assert refused.value.returncode == 1
