"""What the tests of the Mifos X adapter share: a tenant, its answers, an order."""

import json
from dataclasses import dataclass, field
from typing import Any

from gateways.interface import DisbursalOrder, Exchange, LoanAccess, LoanBook, LoanDesk
from gateways.registry import loan_book, loan_desk

HOST = "https://mifos.example.org:8443"
API = f"{HOST}/fineract-provider/api/v1"
LOAN = f"{API}/loans/7"
BOOK = f"{LOAN}?command=disburse"
INFO = f"{HOST}/fineract-provider/actuator/info"
ACCESS = LoanAccess(
    owner="umoja", host=HOST, tenant="umoja", username="vault", password="only-for-tests",
    version="1.12.0",
)  # fmt: skip
VALIDATION = "validation.msg.validation.errors.exist"
RULE = "validation.msg.domain.rule.violation"
CACHED = {"x-served-from-cache": "true"}


@dataclass
class Keeper:
    """Lets everything through and keeps it."""

    exchanges: list[Exchange] = field(default_factory=list)

    def before_call(self) -> None:
        """Everything may leave."""

    def after_call(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)


def book(access: LoanAccess = ACCESS, keeper: Keeper | None = None) -> LoanBook:
    return loan_book(access, keeper or Keeper())


def desk(access: LoanAccess = ACCESS, keeper: Keeper | None = None) -> LoanDesk:
    return loan_desk(access, keeper or Keeper())


def refusal(top: str, *inner: str, text: str = "So it is.") -> bytes:
    """The body of an error as Mifos X words it; `inner` are the codes of its errors."""
    errors = [
        {"developerMessage": text, "defaultUserMessage": text, "parameterName": "id",
         "userMessageGlobalisationCode": code, "args": []}
        for code in inner
    ]  # fmt: skip
    return json.dumps(
        {
            "developerMessage": text, "httpStatusCode": "400", "defaultUserMessage": text,
            "userMessageGlobalisationCode": top, "errors": errors,
        }
    ).encode()  # fmt: skip


def loan(**changes: Any) -> dict[str, Any]:
    """Loan 7, approved: KES 10,000.00, of which the client gets 9,500.00."""
    fields = {
        "id": 7, "accountNo": "000000007",
        "status": {"id": 200, "code": "loanStatusType.approved"},
        "clientId": 70, "clientName": "Amina Example", "loanProductId": 1,
        "loanProductName": "Business Loan",
        "loanType": {"id": 1, "code": "accountType.individual"},
        "currency": {"code": "KES", "decimalPlaces": 2}, "principal": 10_000.000000,
        "approvedPrincipal": 10_000.000000, "proposedPrincipal": 12_000.000000,
        "netDisbursalAmount": 9_500.000000, "multiDisburseLoan": False,
        "timeline": {"approvedOnDate": [2026, 11, 20], "expectedDisbursementDate": [2026, 11, 21]},
    }  # fmt: skip
    return {name: value for name, value in (fields | changes).items() if value is not None}


def transaction(**changes: Any) -> dict[str, Any]:
    """The disbursal of loan 7."""
    fields = {
        "id": 77, "type": {"id": 1, "disbursement": True}, "date": [2026, 11, 21],
        "currency": {"code": "KES"}, "amount": 10_000.000000, "externalId": "ours-7",
        "manuallyReversed": False, "paymentDetailData": {"receiptNumber": "UKL0000007"},
    }  # fmt: skip
    return {name: value for name, value in (fields | changes).items() if value is not None}


def booked(**changes: Any) -> dict[str, Any]:
    """The answer that proves it."""
    fields = {
        "officeId": 1, "clientId": 70, "loanId": 7, "resourceId": 7, "subResourceId": 77,
        "subResourceExternalId": "ours-7",
        "changes": {"status": {"id": 300}, "actualDisbursementDate": "2026-11-21"},
    }  # fmt: skip
    return {name: value for name, value in (fields | changes).items() if value is not None}


def order(**changes: Any) -> DisbursalOrder:
    """The disbursal of loan 7."""
    fields: dict[str, Any] = {
        "loan_id": 7, "idempotency_key": "2f1e8c1a-0000-4000-8000-000000000007",
        "body": {
            "actualDisbursementDate": "2026-11-21", "transactionAmount": 10_000,
            "paymentTypeId": 2, "receiptNumber": "UKL0000007", "externalId": "ours-7",
            "locale": "en", "dateFormat": "yyyy-MM-dd",
        },
    }  # fmt: skip
    return DisbursalOrder(**(fields | changes))
