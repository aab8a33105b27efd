"""When a prompt is asked about, expires, and may be repeated; what it says (daraja.md 2)."""

from datetime import date, timedelta

ABANDONED_AFTER = timedelta(minutes=2)
EXPIRES_AFTER = timedelta(minutes=10)
EXPIRES_UNASKED_AFTER = timedelta(minutes=30)
LOOKS_MINUTES = (0.75, 1.75, 3.75, 8.75, 10.0, 30.0, 120.0, 24 * 60.0)
CONFIRM_AFTER = timedelta(minutes=2)
REST = timedelta(minutes=1)

RECEIPT_LOOKS_MINUTES = (2.0, 10.0, 60.0, 6 * 60.0, 24 * 60.0, 48 * 60.0, 72 * 60.0)
RECEIPT_MISSED_AFTER = timedelta(hours=1)

SAME_AMOUNT_WAIT = timedelta(minutes=2)
TENANT_PROMPTS_MAX = 20
TENANT_PROMPTS_WINDOW = timedelta(hours=1)

CLOCKS_APART = timedelta(minutes=5)
ANSWERED_WITHIN = timedelta(minutes=30)
PULL_HOURS_OFF = timedelta(hours=3)

PROMPT_CHARACTERS_MAX = 181


def next_look(age: timedelta) -> timedelta | None:
    """The age at which a prompt is asked about next; None when nobody asks any more.

    Quickly while it is open; three times more after it expired, since it can still prove paid.
    """
    return _next(LOOKS_MINUTES, age)


def next_receipt_look(age: timedelta) -> timedelta | None:
    """Of a prompt known to be paid: the age, from then on, at which its receipt is looked for."""
    return _next(RECEIPT_LOOKS_MINUTES, age)


def description_of(day: date) -> str:
    """`Rent Nov 2026`: 13 characters, as many as are shown."""
    return f"Rent {day:%b %Y}"


def prompt_text(*, payee: str, amount: str, account: str, description: str) -> str:
    """What the payer reads, as long as it can be: M-Pesa words it, we count (daraja.md 2.1)."""
    words = f"Do you want to pay {amount} to {payee} Account no. {account}? Enter M-Pesa PIN:"
    return f"{words} {description}".rstrip()


def description_that_fits(*, payee: str, amount: str, account: str, description: str) -> str:
    """The description, or none where the whole would be too long. Raises ValueError: even then."""
    for each in (description, ""):
        text = prompt_text(payee=payee, amount=amount, account=account, description=each)
        if len(text) <= PROMPT_CHARACTERS_MAX:
            return each
    raise ValueError(
        f"the prompt would have {len(text)} characters and M-Pesa shows {PROMPT_CHARACTERS_MAX}: "
        "give the partner a shorter name, such as Umoja Homes"
    )


def _next(looks_minutes: tuple[float, ...], age: timedelta) -> timedelta | None:
    looks = (timedelta(minutes=each) for each in looks_minutes)
    return next((look for look in looks if look > age), None)
