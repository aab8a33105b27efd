"""import_tenants: all of a file or nothing, the same file twice, and every row that is wrong."""

import uuid
from pathlib import Path
from typing import Any

import pytest

from core.callers import NotAllowed
from core.refusals import Refused
from tests.commands import answer_of, refusal_of, said
from tests.vault.owners.conftest import AT, a_caller
from vault.models import AccountReference, Property, Tenant, TenantPhone
from vault.operations.import_tenants import TenantImport, import_tenants
from vault.rules.tenant_file import BadFile

pytestmark = pytest.mark.django_db
HEADER = "property,tenant,unit,account,phones,rent\n"
GOOD = (
    HEADER + "Sunset Apartments,Juma Example,A3,SUN-A3,0700000001; 0700 000 002,\n"
    'sun,Wanjiku Example,A4,,+254700000003,"12,000"\n'
)


def take_in(sunset: Property, text: str | bytes, **more: Any) -> TenantImport:
    data = text if isinstance(text, bytes) else text.encode()
    return import_tenants(**{
        "data": data, "partner_id": sunset.partner_id, "caller": a_caller(), "at": AT, **more,
    })  # fmt: skip


class TestWholeFile:
    def test_everybody_is_added(self, sunset: Property) -> None:
        report = take_in(sunset, GOOD)

        assert (report.rows, report.added, report.already, report.problems) == (2, 2, 0, [])
        juma, wanjiku = Tenant.objects.order_by("name")
        assert (juma.unit, juma.rent_minor, wanjiku.rent_minor) == ("A3", None, 1_200_000)
        assert TenantPhone.objects.filter(tenant=juma).count() == 2
        assert AccountReference.objects.get(key="SUNA3").tenant == juma

    def test_the_same_file_again_adds_nothing(self, sunset: Property) -> None:
        take_in(sunset, GOOD)

        again = take_in(sunset, GOOD)

        assert (again.added, again.already, again.problems) == (0, 2, [])
        assert Tenant.objects.count() == 2

    def test_other_facts_of_somebody_there_are_a_problem(self, sunset: Property) -> None:
        take_in(sunset, GOOD)

        report = take_in(sunset, GOOD.replace("12,000", "13,000"))

        assert [(each.line, each.column) for each in report.problems] == [(3, "rent")]
        assert "is there already with another value" in report.problems[0].problem

    def test_one_wrong_row_and_nothing_is_added(self, sunset: Property) -> None:
        report = take_in(
            sunset,
            GOOD
            + "Nowhere,Otieno Example,,,,\n"
            + "SUN,Otieno Example,,,12,\n"
            + "SUN,Otieno Example,,,,ten\n"
            + "SUN,,,,,\n"
            + "SUN,Otieno Example,,SUN A3,,\n"
            + "SUN,Otieno Example\n",
        )

        assert [(each.line, each.column) for each in report.problems] == [
            (4, "property"), (5, "phones"), (6, "rent"), (7, "tenant"), (8, "account"), (9, ""),
        ]  # fmt: skip
        assert report.added == 0
        assert not Tenant.objects.exists()

    def test_a_rehearsal_adds_nothing(self, sunset: Property) -> None:
        report = take_in(sunset, GOOD, dry_run=True)

        assert (report.added, report.dry_run) == (2, True)
        assert not Tenant.objects.exists()

    @pytest.mark.parametrize(
        "data",
        [
            "\ufeff" + GOOD,
            GOOD.replace("\n", "\r\n"),
            "tenant;property\nJuma Example;SUN\nWanjiku Example;SUN\n",
            "Property\tTenant\n\nSUN\tJuma Example\n\t\nSUN\tWanjiku Example",
        ],
    )
    def test_any_usual_file(self, sunset: Property, data: str) -> None:
        assert take_in(sunset, data).added == 2

    @pytest.mark.parametrize(
        ("data", "problem"),
        [
            (b"", "lacks the column property, tenant"),
            (b"tenant\nJuma Example\n", "lacks the column property"),
            (b"property,tenant,colour\n", "'colour' is not a column we know"),
            (b"property,tenant,tenant\n", "in the first line twice"),
            (b"PK\x03\x04rest", "an Excel workbook"),
            ("property,tenant\n".encode("utf-16"), "UTF-16"),
            (b"property,tenant\nSUN,\xff\n", r"line 2, byte 5 \(0xFF\) is not UTF-8"),
            (b'property,tenant\nSUN,"Juma\nSUN,Otieno\n', "opened in line 2 is not closed"),
            (b"x" * 5_000_001, "more than 5 MB"),
        ],
    )
    def test_a_file_that_is_none(self, sunset: Property, data: bytes, problem: str) -> None:
        with pytest.raises(BadFile, match=problem):
            take_in(sunset, data)

    def test_who_may_not(self, sunset: Property) -> None:
        elsewhere = a_caller("vault.add_tenant", partners=[uuid.uuid4()])

        with pytest.raises(NotAllowed):
            take_in(sunset, GOOD, caller=a_caller("vault.view_tenant"))
        with pytest.raises(Refused, match="partner: there is no partner"):
            take_in(sunset, GOOD, caller=elsewhere)


class TestCommand:
    def test_it_answers_and_fails_on_a_wrong_row(self, sunset: Property, tmp_path: Path) -> None:
        file = tmp_path / "tenants.csv"
        partner = str(sunset.partner_id)
        file.write_text(GOOD)

        rehearsed = answer_of("import_tenants", str(file), "--partner", partner, "--dry-run")
        done = said("import_tenants", str(file), "--partner", partner)

        assert (rehearsed["added"], rehearsed["dryRun"]) == (2, True)
        assert done.strip() == "2 rows: 2 added, 0 there already"
        file.write_text(HEADER + "Nowhere,X Example,,,,\n")
        with pytest.raises(SystemExit) as ended:
            said("import_tenants", str(file), "--partner", partner)
        assert ended.value.code == 1
        missing = refusal_of("import_tenants", str(tmp_path / "none.csv"), "--partner", partner)
        assert "cannot be read" in str(missing)
