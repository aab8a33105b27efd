"""Collecting: STK push and its query, C2B registration, Pull (daraja.md 2, 5.4, 5.5)."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from core import clock
from core.money import BadAmount, whole_units
from gateways.daraja import pull
from gateways.daraja.answers import Sort
from gateways.daraja.client import Client, Sorter, error_of, numbered
from gateways.daraja.collect_answers import (
    PULL_BEFORE,
    fields_of,
    id_in,
    sort_pull,
    sort_standing,
    sort_taken,
    standing_of,
    text_in,
)
from gateways.errors import Declined, Unclear
from gateways.http import HttpAnswer
from gateways.interface import (
    ACCOUNT_CHARACTERS_MAX,
    DESCRIPTION_CHARACTERS_MAX,
    PROMPT_SHILLINGS_MAX,
    CollectionAccess,
    CollectionKind,
    PaymentUrls,
    Prompted,
    PromptOrder,
    PromptStanding,
    PulledPage,
    PullRegistration,
    PullWindow,
    Registered,
)

PUSH_PATH = "/mpesa/stkpush/v1/processrequest"
QUERY_PATH = "/mpesa/stkpushquery/v1/query"
REGISTER_PATH = "/mpesa/c2b/v2/registerurl"
CURRENCY = "KES"
TRANSACTION_TYPES = {
    CollectionKind.PAYBILL: "CustomerPayBillOnline",
    CollectionKind.TILL: "CustomerBuyGoodsOnline",
}
FORBIDDEN_WORDS = re.compile("m-?pesa|safaricom|exe|cmd|sql|query", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class DarajaCollector:
    """M-Pesa's collecting side for one paybill or till."""

    base_url: str
    access: CollectionAccess

    def prompt(self, order: PromptOrder) -> Prompted:
        """Prompt one payer (daraja.md 2.1).

        A fraction of a shilling, another currency or an account that is too long is Declined
        before anything leaves; "unable to lock subscriber" is Unreachable: wait a minute.
        """
        body = {
            **self._signed(),
            "TransactionType": TRANSACTION_TYPES[self.access.kind],
            "Amount": _shillings(order),
            "PartyA": order.msisdn,
            "PartyB": self.access.number,
            "PhoneNumber": order.msisdn,
            "CallBackURL": order.url,
            "AccountReference": _account(order.account),
        }
        if description := order.description.strip()[:DESCRIPTION_CHARACTERS_MAX]:
            body["TransactionDesc"] = description
        answer = self._taken(PUSH_PATH, body, sort_taken)
        fields = fields_of(answer.body)
        checkout_id = id_in(fields, "CheckoutRequestID")
        if not checkout_id:
            raise Unclear("The acknowledgement lacks its CheckoutRequestID",
                          exchange=answer.exchange)  # fmt: skip
        return Prompted(
            checkout_id=checkout_id,
            merchant_request_id=id_in(fields, "MerchantRequestID"),
            text=text_in(fields, "ResponseDescription"),
            exchange=answer.exchange,
        )

    def ask(self, checkout_id: str) -> PromptStanding:
        """How a prompt stands (daraja.md 2.3). An answer about another prompt is Unclear."""
        body = {**self._signed(), "CheckoutRequestID": checkout_id}
        answer, found = self._client.exchange(QUERY_PATH, body, sort=sort_standing)
        fields = fields_of(answer.body)
        standing = standing_of(found, fields)
        if found.sort is not Sort.ACCEPTED or standing is None:
            raise error_of(found, answer)
        if id_in(fields, "CheckoutRequestID") not in ("", checkout_id):
            raise Unclear("The answer is about another CheckoutRequestID",
                          exchange=answer.exchange)  # fmt: skip
        state, code, text = standing
        exchange = numbered(answer.exchange, found)
        return PromptStanding(
            checkout_id=checkout_id, state=state, code=code, text=text, exchange=exchange
        )

    def register_urls(self, urls: PaymentUrls) -> Registered:
        """Register both addresses, once for ever (daraja.md 5.4).

        An address with a word that Safaricom refuses is Declined before anything leaves.
        """
        for url in (urls.validation, urls.confirmation):
            if word := FORBIDDEN_WORDS.search(url):
                raise Declined(f"Safaricom refuses addresses that contain {word.group()!r}")
        body = {
            "ShortCode": self.access.acts_as,
            "ResponseType": urls.unanswered.value,
            "ConfirmationURL": urls.confirmation,
            "ValidationURL": urls.validation,
        }
        answer = self._taken(REGISTER_PATH, body, sort_taken)
        text = text_in(fields_of(answer.body), "ResponseDescription")
        return Registered(text=text, exchange=answer.exchange)

    def register_pull(self, registration: PullRegistration) -> Registered:
        """Allow Pull Transactions (daraja.md 5.5)."""
        body = pull.registration_body(self.access, registration)
        answer, found = self._client.exchange(pull.REGISTER_PATH, body, sort=sort_pull)
        if found.sort is not Sort.ACCEPTED:
            raise error_of(found, answer)
        before = found.code == PULL_BEFORE
        return Registered(text=found.text, exchange=answer.exchange, before=before)

    def pull(self, window: PullWindow) -> PulledPage:
        """One page, by POST; the sources disagree about GET (daraja.md 5.5)."""
        answer = self._taken(pull.QUERY_PATH, pull.window_body(self.access, window), sort_pull)
        return pull.read_page(fields_of(answer.body), window.offset, answer.exchange)

    @cached_property
    def _client(self) -> Client:
        return Client(base_url=self.base_url, access=self.access)

    def _taken(self, path: str, body: Mapping[str, object], sort: Sorter) -> HttpAnswer:
        answer, found = self._client.exchange(path, body, sort=sort)
        if found.sort is not Sort.ACCEPTED:
            raise error_of(found, answer)
        return answer

    def _signed(self) -> dict[str, object]:
        stamp = timestamp(clock.now())
        return {
            "BusinessShortCode": self.access.acts_as,
            "Password": password(self.access, stamp),
            "Timestamp": stamp,
        }


def timestamp(at: datetime) -> str:
    """`YYYYMMDDHHmmss` in Nairobi time; UTC is refused (daraja.md 2.1)."""
    return f"{at.astimezone(clock.NAIROBI):%Y%m%d%H%M%S}"


def password(access: CollectionAccess, stamp: str) -> str:
    """Base64 of shortcode, passkey and timestamp: it gives the passkey away, so never logged."""
    return b64encode(f"{access.acts_as}{access.passkey}{stamp}".encode()).decode()


def _shillings(order: PromptOrder) -> int:
    if order.currency != CURRENCY:
        raise Declined(f"M-Pesa collects {CURRENCY}, not {order.currency}")
    try:
        shillings = whole_units(order.amount_minor, order.currency)
    except BadAmount as error:
        raise Declined(str(error)) from error
    if not 1 <= shillings <= PROMPT_SHILLINGS_MAX:
        raise Declined(f"A prompt is for 1 to {PROMPT_SHILLINGS_MAX:,} shillings, such as 10000")
    return shillings


def _account(text: str) -> str:
    account = text.strip()
    if not 1 <= len(account) <= ACCOUNT_CHARACTERS_MAX:
        raise Declined(f"An account has 1 to {ACCOUNT_CHARACTERS_MAX} characters, such as HSE-12")
    return account
