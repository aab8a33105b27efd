"""Connected accounts and our own balance, as they are answered (stripe.md 6)."""

from gateways.http import HttpAnswer
from gateways.interface import AccountAnswer, PlatformBalance, Unreadable
from gateways.stripe.answers import body_of, exchange_of, unreadable
from gateways.stripe.objects import read_account, read_available


def read_account_answer(answer: HttpAnswer, account_id: str) -> AccountAnswer:
    """The standing of `account_id`; raises Unclear for another one or none."""
    try:
        standing = read_account(body_of(answer))
    except Unreadable as error:
        raise unreadable(answer, error) from error
    if standing.account_id != account_id:
        raise unreadable(answer, "it is another account")
    return AccountAnswer(standing=standing, exchange=exchange_of(answer))


def read_balance_answer(answer: HttpAnswer) -> PlatformBalance:
    """What is available; raises Unclear."""
    try:
        available_minor = read_available(body_of(answer))
    except Unreadable as error:
        raise unreadable(answer, error) from error
    return PlatformBalance(available_minor=available_minor, exchange=exchange_of(answer))
