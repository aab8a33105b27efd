"""Which user's money goes to which connected account: both ids in their form."""

import re

from core.refusals import Refused
from disbursements.rules.intake import checked_text

USER_ID_LENGTH_MAX = 100
ACCOUNT_EXAMPLE = "acct_1ExampleUser1"
_ACCOUNT = re.compile(r"acct_[A-Za-z0-9]{1,200}", re.ASCII)


def checked_user(text: str) -> str:
    """The partner's id of a user, without blanks around it. Raises Refused."""
    wrong: list[str] = []
    user_id = checked_text(
        text, "user_id", 1, USER_ID_LENGTH_MAX, lambda _field, _value, said: wrong.append(said)
    )
    if wrong:
        raise Refused(wrong[0], field="user_id")
    return user_id


def checked_account(text: str) -> str:
    """Stripe's id of a connected account, without blanks around it. Raises Refused."""
    account_id = text.strip()
    if not _ACCOUNT.fullmatch(account_id):
        raise Refused(
            f"is not Stripe's id of a connected account: copy it from Stripe, it begins with "
            f"acct_, such as {ACCOUNT_EXAMPLE}",
            field="account_id",
        )
    return account_id
