"""Payments in a file: exactly what is filtered, phones masked, on record."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from disbursements.models import Export
from rents.queries.exported import COLUMNS
from tests.rents.a_street import Street
from tests.staff import at_the_desk

PAGE = "admin:vault_payment_export"
MAY = ("vault.view_payment", "disbursements.export_disbursementrequest")
CHOSEN = {"columns": ["receipt", "fee", "owed", "money_out"], "file_format": "csv"}


def taken(client: Client, **form: Any) -> str:
    answer = client.post(reverse(PAGE), {**CHOSEN, **form})
    return b"".join(answer.streaming_content).decode("utf-8-sig")


class TestFile:
    def test_it_holds_the_filtered_rows(self, street: Street) -> None:
        row = street.rent()
        street.forwarded()
        street.rent(street.juma)

        body = taken(at_the_desk(*MAY), leg="completed")

        assert body == f"receipt,fee,owed,money_out\n{row.receipt},500.00,9500.00,completed\n"

    def test_it_is_on_record_before_it_leaves(self, street: Street) -> None:
        street.rent()

        taken(at_the_desk(*MAY), owner=str(street.owner.pk))

        record = Export.objects.get()
        assert (record.selection, record.rows) == ({"owner": str(street.owner.pk)}, 1)

    def test_phones_are_masked_for_those_who_may_not_see_them(self, street: Street) -> None:
        street.nobodys("0700000009")

        masked = taken(at_the_desk(*MAY), columns=["phone", "account"])
        whole = taken(at_the_desk(*MAY, "disbursements.see_phones"), columns=["phone"])

        assert "254700000009" not in masked
        assert "0700000009" not in masked
        assert "254700000009" in whole

    def test_what_looks_like_a_formula_is_text(self, street: Street) -> None:
        street.nobodys("=1+1")

        assert taken(at_the_desk(*MAY), columns=["account"]) == "account\n'=1+1\n"

    def test_every_column_can_be_written(self, street: Street) -> None:
        street.rent()
        street.nobodys()

        for file_format in ("csv", "json"):
            body = taken(at_the_desk(*MAY), columns=list(COLUMNS), file_format=file_format)
            assert body.count("\n") >= 3


class TestPage:
    def test_the_list_leads_there_with_its_filters(self, street: Street) -> None:
        street.rent()
        client = at_the_desk(*MAY)

        listed = client.get(f"{reverse('admin:vault_payment_changelist')}?leg=pending")
        page = client.get(f"{reverse(PAGE)}?leg=pending").content.decode()

        assert f"{reverse(PAGE)}?leg=pending" in listed.content.decode()
        assert "1 payments, newest first" in page

    @pytest.mark.parametrize("without", MAY)
    def test_only_with_both_permissions(self, without: str, street: Street) -> None:
        client = at_the_desk(*(each for each in MAY if each != without))

        assert client.get(reverse(PAGE)).status_code == 403
        assert client.post(reverse(PAGE), CHOSEN).status_code == 403
        assert not Export.objects.exists()
