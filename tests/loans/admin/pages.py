"""Pages of loans as a member of staff gets them."""

from typing import Any

from django.test import Client
from django.urls import reverse

from tests.rents.a_street import text_of

LOANS = "admin:loans_loantracking_changelist"
BOOKINGS = "admin:loans_loanbooking_changelist"
RUNS = "admin:loans_loansyncrun_changelist"


def page_of(client: Client, found: Any) -> str:
    name = f"admin:loans_{found._meta.model_name}_change"
    return text_of(client.get(reverse(name, args=[found.pk])))


def listed(client: Client, name: str, query: str = "") -> Any:
    return client.get(f"{reverse(name)}{query}").context_data["cl"]


def numbers(changelist: Any) -> set[int]:
    return {each.loan_id for each in changelist.result_list}
