"""Why a sync left a loan as it is, and which step did what, in words for people."""

STEPS: dict[str, str] = {
    "fetch": "Fetch approved loans",
    "process": "Pay pending loans",
    "book": "Book paid loans in Mifos X",
}
TRIGGERS: dict[str, str] = {
    "schedule": "every few minutes by itself",
    "hook": "a message from Mifos X",
    "api": "the API",
    "admin": "a person at the desk",
    "command": "a command",
}
SKIPPED: dict[str, str] = {
    "product_unknown": "there are no settings for the loan's product",
    "product_disabled": "loans of this product are switched off",
    "not_approved_row": "Mifos X listed it, and it is not approved",
    "unreadable_row": "Mifos X listed it in a form that cannot be read",
    "paid_not_booked": "it is paid already, and not booked in Mifos X yet",
    "already_known": "it was tracked before",
    "not_due_yet": "its expected day is to come",
    "daily_limit": "the product's limit of the day is reached",
    "no_time_left": "there was no time left in this sync; the next one goes on",
    "switched_off": "paying by itself is switched off for this partner",
}


def skipped(code: str) -> str:
    """Why; an unknown code is shown as it is."""
    return SKIPPED.get(code, code.replace("_", " "))
