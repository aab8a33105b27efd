"""What is sent to Mifos X, where to, and what is kept of it (fineract.md 1, 2.1, 3.2, 4)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from django.db import transaction

from gateways.errors import Declined, Unclear
from gateways.fineract.parameters import plain_version, server_of
from gateways.http import CallInTransaction
from gateways.interface import AccessRefused
from tests.gateways.fineract_answers import (
    ACCESS,
    API,
    BOOK,
    HOST,
    INFO,
    LOAN,
    Keeper,
    book,
    booked,
    desk,
    loan,
    order,
    refusal,
)
from tests.gateways.fineract_answers import (
    transaction as disbursal,
)

LIST = f"{API}/loans"
BY_EXTERNAL_ID = f"{LOAN}/transactions/external-id/ours%2F7"
NO_LOANS = {"totalFilteredRecords": 0, "pageItems": []}


@pytest.fixture
def border() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def asked(border: responses.RequestsMock) -> dict[str, list[str]]:
    [call] = border.calls
    return parse_qs(urlsplit(call.request.url).query)


class TestEveryCall:
    def test_it_names_the_tenant_and_our_user(self, border: responses.RequestsMock) -> None:
        border.get(LOAN, json=loan())

        book().loan(7)

        headers = border.calls[0].request.headers
        assert headers["Fineract-Platform-TenantId"] == "umoja"
        assert headers["Authorization"] == "Basic dmF1bHQ6b25seS1mb3ItdGVzdHM="
        assert headers["Accept"] == "application/json"

    def test_nothing_of_the_credentials_is_kept(self, border: responses.RequestsMock) -> None:
        key = "dmF1bHQ6b25seS1mb3ItdGVzdHM="
        border.post(
            f"{API}/authentication",
            json={"base64EncodedAuthenticationKey": key, "permissions": [], "officeId": 1},
        )
        keeper = Keeper()

        desk(keeper=keeper).user()

        assert "only-for-tests" not in repr(keeper.exchanges)
        assert key not in repr(keeper.exchanges)
        assert "only-for-tests" not in repr(ACCESS)

    @pytest.mark.parametrize(
        "host",
        [HOST, f"{HOST}/", f"{HOST}/fineract-provider", f"{HOST}/fineract-provider/api/v1/"],
    )
    def test_the_address_may_be_written_with_its_path(
        self, border: responses.RequestsMock, host: str
    ) -> None:
        border.get(LOAN, json=loan())

        assert book(replace(ACCESS, host=host)).loan(7).loan_id == 7

    def test_a_path_before_the_servlet_is_kept(self) -> None:
        assert server_of("https://example.org/lender/") == "https://example.org/lender"

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"host": "http://mifos.example.org"}, "address"),
            ({"host": "https://10.0.0.1:8443"}, "address"),
            ({"host": "https://user@mifos.example.org"}, "address"),
            ({"tenant": ""}, "tenant"),
            ({"tenant": "umoja\r\nX-Header: 1"}, "tenant"),
            ({"username": ""}, "user"),
            ({"username": "a:b"}, "user"),
            ({"password": ""}, "user"),
        ],
    )
    def test_what_cannot_be_sent_costs_no_call(self, change: dict[str, str], code: str) -> None:
        keeper = Keeper()

        with pytest.raises(AccessRefused) as caught:
            book(replace(ACCESS, **change), keeper).loan(7)

        assert caught.value.code == code
        assert not keeper.exchanges

    def test_what_a_name_resolves_to_may_refuse_it(self, monkeypatch: Any) -> None:
        row = (2, 1, 6, "", ("10.0.0.1", 8443))
        monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_options: [row])
        keeper = Keeper()

        with pytest.raises(AccessRefused, match="VAULT_MIFOS_PRIVATE_NETWORKS") as caught:
            book(keeper=keeper).loan(7)

        assert caught.value.code == "address"
        assert len(keeper.exchanges) == 1

    @pytest.mark.django_db(transaction=True)
    def test_none_is_made_inside_a_transaction(self) -> None:
        with pytest.raises(CallInTransaction), transaction.atomic():
            book().loan(7)

    def test_an_answer_too_large_is_cut_off(self, border: responses.RequestsMock) -> None:
        border.get(LOAN, body=b"[" + b" " * 8_400_000 + b"]")

        with pytest.raises(Unclear, match="larger"):
            book().loan(7)


class TestTheList:
    @pytest.mark.parametrize(
        ("version", "filtered"),
        [
            ("1.7.3", {"sqlSearch": ["l.loan_status_id in (200)"]}),
            ("1.8.4", {"sqlSearch": ["l.loan_status_id in (200)"]}),
            ("1.9.0", {"status": ["200"]}),
            ("1.12.1-SNAPSHOT", {"status": ["200"]}),
            ("2.0.0", {"status": ["200"]}),
            ("", {"status": ["200"]}),
        ],
    )
    def test_it_is_filtered_as_the_version_understands(
        self, border: responses.RequestsMock, version: str, filtered: dict[str, list[str]]
    ) -> None:
        border.get(LIST, json=NO_LOANS)

        book(replace(ACCESS, version=version)).approved(offset=200)

        page = {"orderBy": ["id"], "sortOrder": ["ASC"], "limit": ["100"], "offset": ["200"]}
        assert asked(border) == filtered | page

    @pytest.mark.parametrize(
        ("told", "version"),
        [
            ("1.9.0", "1.9.0"), ("1.12.0-SNAPSHOT", "1.12.0"), ("v1.8.4", "1.8.4"),
            ("1.10", "1.10"), ("fineract-1.10.1", "1.10.1"), ("0.0.0-4198b0b", ""), ("", ""),
            ("develop", ""), ("1", ""),
        ],
    )  # fmt: skip
    def test_versions_are_read_as_they_are_written(self, told: str, version: str) -> None:
        assert plain_version(told) == version


class TestBooking:
    def test_the_body_goes_out_as_it_is_under_its_key(
        self, border: responses.RequestsMock
    ) -> None:
        border.post(BOOK, json=booked())
        wanted = order()

        for _ in range(2):
            book().record(wanted)

        first, second = border.calls
        assert json.loads(first.request.body) == wanted.body
        assert first.request.body == second.request.body
        assert first.request.headers["Idempotency-Key"] == wanted.idempotency_key
        assert first.request.headers["Content-Type"] == "application/json"

    @pytest.mark.parametrize(
        "change",
        [
            {"idempotency_key": ""}, {"idempotency_key": "k" * 51},
            {"idempotency_key": "a b"}, {"loan_id": 0}, {"body": {"locale": "en"}},
        ],
    )  # fmt: skip
    def test_what_the_server_would_misread_does_not_leave(self, change: dict[str, Any]) -> None:
        with pytest.raises(Declined) as caught:
            book().record(order(**change))

        assert caught.value.code == "bad_order"

    def test_a_note_is_cut_to_what_it_takes(self, border: responses.RequestsMock) -> None:
        border.post(f"{LOAN}/notes", json={"resourceId": 1})

        book().leave_note(loan_id=7, text="n" * 1_500)

        assert json.loads(border.calls[0].request.body) == {"note": "n" * 1_000}

    def test_a_note_that_is_not_allowed_names_its_permission(
        self, border: responses.RequestsMock
    ) -> None:
        border.post(f"{LOAN}/notes", status=403, body=refusal("error.msg.not.authorized"))

        with pytest.raises(AccessRefused) as caught:
            book().leave_note(loan_id=7, text="Paid")

        assert caught.value.permission == "CREATE_LOANNOTE"


class TestLookingUp:
    def test_what_the_list_has_is_not_asked_for_again(
        self, border: responses.RequestsMock
    ) -> None:
        border.get(LOAN, json=loan(transactions=[disbursal()]))

        (found,) = book().disbursals(7, external_id="ours-7")

        assert (found.external_id, len(border.calls)) == ("ours-7", 1)

    def test_what_it_lacks_is_asked_for_by_external_id(
        self, border: responses.RequestsMock
    ) -> None:
        border.get(LOAN, json=loan())
        border.get(BY_EXTERNAL_ID, json=disbursal(externalId="ours/7", manuallyReversed=True))

        (found,) = book().disbursals(7, external_id="ours/7")

        assert (found.external_id, found.reversed) == ("ours/7", True)

    @pytest.mark.parametrize(
        "body", [refusal("error.msg.resource.not.found", "error.msg.loan.transaction"), b"<html>"]
    )
    def test_404_means_that_there_is_none(
        self, border: responses.RequestsMock, body: bytes
    ) -> None:
        border.get(LOAN, json=loan())
        border.get(BY_EXTERNAL_ID, status=404, body=body)

        assert book().disbursals(7, external_id="ours/7") == ()

    @pytest.mark.parametrize("status", [403, 500])
    def test_any_other_answer_is_no_answer(
        self, border: responses.RequestsMock, status: int
    ) -> None:
        border.get(LOAN, json=loan())
        border.get(BY_EXTERNAL_ID, status=status, body=refusal("error.msg.not.authorized"))

        with pytest.raises((AccessRefused, Unclear)):
            book().disbursals(7, external_id="ours/7")

    def test_a_transaction_of_another_name_is_no_answer(
        self, border: responses.RequestsMock
    ) -> None:
        border.get(LOAN, json=loan())
        border.get(BY_EXTERNAL_ID, json=disbursal(externalId="theirs"))

        with pytest.raises(Unclear):
            book().disbursals(7, external_id="ours/7")

    def test_old_versions_are_not_asked(self, border: responses.RequestsMock) -> None:
        border.get(LOAN, json=loan())

        assert book(replace(ACCESS, version="1.8.4")).disbursals(7, external_id="ours/7") == ()

    def test_the_version_is_read_without_credentials(self, border: responses.RequestsMock) -> None:
        border.get(INFO, json={"git": {"build": {"version": "1.12.0-SNAPSHOT"}}})

        assert desk().version() == "1.12.0"
        assert "Authorization" not in border.calls[0].request.headers
