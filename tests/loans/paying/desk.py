"""What a person does at the desk of the lender."""

from collections.abc import Callable
from typing import Any

from loans.operations.by_hand import (
    recheck,
)
from loans.operations.process import process
from tests.loans.paying.house import LOAN, REASON, House, a_person

NEW_PHONE = "0700 100 002"


def does(verb: Callable[..., Any], house: House, **more: Any) -> Any:
    named: dict[str, Any] = {"caller": a_person(), "reason": REASON, "at": house.at} | more
    if verb is recheck:
        named.pop("reason")
    return verb(**({"loan_id": house.loan().pk} | named))


def changed_phone(house: House) -> None:
    """The loan was seen with another phone just before it was paid."""
    house.tracked()
    house.mifos.change_client(LOAN, phone_as_written=NEW_PHONE)
    house.runs(process)
