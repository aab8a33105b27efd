"""What is asked of a tenant beside its loans: the LoanDesk of the registry (1, 3.7, 5)."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from core import clock
from gateways.errors import Declined, Unclear
from gateways.fineract.answers import NOT_THERE, body_of, unproven
from gateways.fineract.client import Client
from gateways.fineract.fields import (
    day,
    flag,
    list_of,
    number,
    number_or_none,
    object_of,
    part,
    text,
)
from gateways.fineract.parameters import plain_version
from gateways.http import HttpAnswer
from gateways.interface import (
    AccessRefused,
    CallKeeper,
    CheckerVerdict,
    LoanAccess,
    LoanUser,
    PaymentType,
    Unreadable,
)

# The office above all others is the first of every tenant.
HEAD_OFFICE_ID = 1
DATE_SWITCH = "/configurations/name/enable-business-date"
DATE = "/businessdate/BUSINESS_DATE"
VERDICTS = {
    "1": "approved", "processed": "approved",
    "3": "rejected", "rejected": "rejected", "5": "rejected", "error": "rejected",
}  # fmt: skip
_NOT_LETTERS = re.compile(r"[^a-z0-9]")


class FineractLoanDesk:
    """Asks who we are, what there is to pay with, and which day it is."""

    def __init__(self, access: LoanAccess, keeper: CallKeeper) -> None:
        self._access = access
        self._client = Client(access, keeper)

    def version(self) -> str:
        """By the page that is open unless the operator closed it; empty when it says nothing."""
        answer = self._client.read_beside("/actuator/info")
        try:
            return _version_in(body_of(answer, permission=""))
        except (Declined, Unreadable):
            return ""
        except Unclear as error:
            if error.code == "200":  # another page, such as that of the web client
                return ""
            raise

    def user(self) -> LoanUser:
        """Who we are. AccessRefused when the password is outdated or a second factor is asked."""
        pair = {"username": self._access.username, "password": self._access.password}
        answer = self._client.write("/authentication", pair)
        body = body_of(answer, permission="")
        try:
            fields = object_of(body, "the user")
            _refuse_unfit(fields, answer)
            permissions = [
                each for each in list_of(fields.get("permissions"), "permissions")
                if isinstance(each, str)
            ]  # fmt: skip
            return LoanUser(
                permissions=frozenset(permissions), office=text(fields, "officeName"),
                sees_all_offices=number_or_none(fields, "officeId") == HEAD_OFFICE_ID,
            )  # fmt: skip
        except Unreadable as error:
            raise unproven(answer, error) from error

    def payment_types(self) -> Sequence[PaymentType]:
        """All of them."""
        answer = self._client.read("/paymenttypes")
        body = body_of(answer, permission="READ_PAYMENTTYPE")
        try:
            rows = [object_of(row, "payment type") for row in list_of(body, "payment types")]
            return tuple(
                PaymentType(
                    type_id=number(row, "id"), name=text(row, "name"),
                    is_cash=flag(row, "isCashPayment"),
                )
                for row in rows
            )  # fmt: skip
        except Unreadable as error:
            raise unproven(answer, error) from error

    def business_date(self) -> date:
        """The stored day, which counts only while its switch is on; else today over there."""
        if self._counts_business_date() and (stored := self._stored_date()) is not None:
            return stored
        return clock.now().astimezone(ZoneInfo(self._access.time_zone)).date()

    def checker_verdict(self, *, loan_id: int, command_id: int) -> CheckerVerdict:
        """By the audits. A user who may not read them waits until the loan itself says more."""
        query = f"actionName=DISBURSE&entityName=LOAN&loanid={loan_id:d}"
        answer = self._client.read(f"/audits?{query}")
        try:
            body = body_of(answer, permission="READ_AUDIT")
            found = [row for row in _audits(body) if number_or_none(row, "id") == command_id]
        except AccessRefused as error:
            if error.permission:
                return CheckerVerdict(state="waits")
            raise
        except Unreadable as error:
            raise unproven(answer, error) from error
        return CheckerVerdict(state=_verdict(found[0]) if found else "gone")

    def _counts_business_date(self) -> bool:
        fields = self._object(DATE_SWITCH, "READ_CONFIGURATION")
        return bool(fields) and fields.get("enabled") is True

    def _stored_date(self) -> date | None:
        answer = self._client.read(DATE)
        try:
            fields = object_of(body_of(answer, permission="READ_BUSINESS_DATE"), "business date")
            return day(fields, "date")
        except Unreadable as error:
            raise unproven(answer, error) from error
        except Declined as error:
            if error.code == NOT_THERE:
                return None
            raise

    def _object(self, path: str, permission: str) -> dict[str, Any]:
        """An object; empty where the server has none."""
        answer = self._client.read(path)
        try:
            return object_of(body_of(answer, permission=permission), "the answer")
        except Unreadable as error:
            raise unproven(answer, error) from error
        except Declined as error:
            if error.code == NOT_THERE:
                return {}
            raise


def _refuse_unfit(fields: dict[str, Any], answer: HttpAnswer) -> None:
    """What stands between a right password and any call (1.3, 1.4)."""
    if flag(fields, "shouldRenewPassword"):
        text_ = "The user's password has to be renewed: let it never expire"
        raise AccessRefused(text_, code="error.msg.password.outdated", exchange=answer.exchange)
    if flag(fields, "isTwoFactorAuthenticationRequired"):
        text_ = "The user needs a second factor: give it BYPASS_TWOFACTOR"
        raise AccessRefused(text_, code="two_factor", exchange=answer.exchange)


def _version_in(body: object) -> str:
    """Where builds write it. The closest tag is left out: a development build may be far on."""
    info = object_of(body, "info")
    git = part(info, "git")
    built = part(git, "build")
    told = [text(built, "version"), text(git, "tags"), text(part(info, "build"), "version")]
    return next((found for each in told if (found := plain_version(each))), "")


def _audits(body: object) -> list[dict[str, Any]]:
    rows = body.get("pageItems") if isinstance(body, dict) else body
    return [object_of(row, "audit") for row in list_of(rows, "audits")]


def _verdict(audit: dict[str, Any]) -> str:
    said = audit.get("processingResult")
    if isinstance(said, dict):
        said = said.get("id")
    return VERDICTS.get(_NOT_LETTERS.sub("", str(said).lower()), "waits")
