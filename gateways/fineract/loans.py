"""The loans of one tenant: the LoanBook that the registry hands out (fineract.md 2, 3)."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from gateways.errors import Declined
from gateways.fineract.answers import NOT_THERE, body_of, unproven
from gateways.fineract.client import Client
from gateways.fineract.fields import list_of, number, number_or_none, object_of
from gateways.fineract.objects import (
    id_of_row,
    read_client,
    read_disbursal,
    read_disbursals,
    read_loan,
    read_row,
)
from gateways.fineract.parameters import (
    KEY_HEADER,
    check_order,
    finds_by_external_id,
    in_path,
    list_query,
)
from gateways.fineract.recorded import read_recorded
from gateways.http import HttpAnswer
from gateways.interface import (
    LOAN_NOTE_CHARACTERS_MAX,
    AwaitsChecker,
    CallKeeper,
    DisbursalOrder,
    DisbursalRecorded,
    FoundDisbursal,
    ListedLoan,
    LoanAccess,
    LoanClient,
    LoanFacts,
    LoanPage,
    Unreadable,
)

READ_LOAN = "READ_LOAN"
Wanted = TypeVar("Wanted")


class FineractLoanBook:
    """Reads approved loans and books disbursals. Each method: one call, one try."""

    def __init__(self, access: LoanAccess, keeper: CallKeeper) -> None:
        self._access = access
        self._client = Client(access, keeper)

    def approved(self, *, offset: int) -> LoanPage:
        """A page of the list. Its filter fails open: the reader re-checks each row (2.1)."""
        query = list_query(version=self._access.version, offset=offset)
        answer = self._client.read(f"/loans?{query}")
        return _read(answer, READ_LOAN, _page)

    def loan(self, loan_id: int) -> LoanFacts:
        """One loan, with its tranches. Declined `404` when it is not there for our user."""
        answer = self._client.read(f"/loans/{loan_id:d}?associations=multiDisburseDetails")
        loan = _read(answer, READ_LOAN, read_loan)
        _check_id(answer, loan.loan_id, loan_id)
        return loan

    def client(self, client_id: int) -> LoanClient:
        """One client."""
        answer = self._client.read(f"/clients/{client_id:d}")
        client = _read(answer, "READ_CLIENT", read_client)
        _check_id(answer, client.client_id, client_id)
        return client

    def record(self, order: DisbursalOrder) -> DisbursalRecorded | AwaitsChecker:
        """Book a disbursal under its key; only `changes` prove it (3.3)."""
        check_order(order)
        answer = self._client.write(
            f"/loans/{order.loan_id:d}?command=disburse", order.body,
            {KEY_HEADER: order.idempotency_key},
        )  # fmt: skip
        return read_recorded(answer, order)

    def disbursals(self, loan_id: int, *, external_id: str = "") -> Sequence[FoundDisbursal]:
        """The disbursals that the loan lists, and the one with our `external_id`.

        The list leaves out what was undone; by its external id it is found all the same (3.5).
        """
        answer = self._client.read(f"/loans/{loan_id:d}?associations=transactions")
        listed = _read(answer, READ_LOAN, lambda body: _of_loan(body, loan_id))
        if not external_id or any(each.external_id == external_id for each in listed):
            return listed
        if not finds_by_external_id(self._access.version):
            return listed
        found = self._by_external_id(loan_id, external_id)
        return listed if found is None else (*listed, found)

    def leave_note(self, *, loan_id: int, text: str) -> None:
        """A note on the loan, cut to what it takes."""
        note = {"note": text[:LOAN_NOTE_CHARACTERS_MAX]}
        answer = self._client.write(f"/loans/{loan_id:d}/notes", note)
        body_of(answer, permission="CREATE_LOANNOTE")

    def _by_external_id(self, loan_id: int, external_id: str) -> FoundDisbursal | None:
        path = f"/loans/{loan_id:d}/transactions/external-id/{in_path(external_id)}"
        answer = self._client.read(path)
        try:
            found = _read(answer, READ_LOAN, read_disbursal)
        except Declined as error:
            if error.code == NOT_THERE:
                return None
            raise
        if found is not None and found.external_id != external_id:
            raise unproven(answer, "it is about another transaction")
        return found


def _read(answer: HttpAnswer, permission: str, read: Callable[[Any], Wanted]) -> Wanted:
    """What `read` makes of the body; Unclear when it makes nothing of it."""
    body = body_of(answer, permission=permission)
    try:
        return read(body)
    except Unreadable as error:
        raise unproven(answer, error) from error


def _page(body: object) -> LoanPage:
    fields = object_of(body, "the list")
    rows: list[ListedLoan] = []
    unreadable: list[int] = []
    for row in list_of(fields.get("pageItems"), "pageItems"):
        try:
            rows.append(read_row(row))
        except Unreadable:
            unreadable.append(id_of_row(row))
    total = number(fields, "totalFilteredRecords")
    return LoanPage(rows=tuple(rows), unreadable=tuple(unreadable), total=total)


def _of_loan(body: object, loan_id: int) -> Sequence[FoundDisbursal]:
    told = number_or_none(object_of(body, "loan"), "id")
    if told != loan_id:
        raise Unreadable("it is about another loan")
    return read_disbursals(body)


def _check_id(answer: HttpAnswer, told: int, asked: int) -> None:
    if told != asked:
        raise unproven(answer, f"it is about {told}, not {asked}")
