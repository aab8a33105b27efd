"""Paying out over B2C v3 and B2B: the Disburser that the registry hands out (daraja.md 3, 4)."""

from dataclasses import dataclass
from functools import cached_property

from core.money import BadAmount, whole_units
from gateways.daraja import b2b, status
from gateways.daraja.client import Client
from gateways.daraja.credential import BadCertificate, security_credential
from gateways.errors import Declined
from gateways.interface import (
    Acknowledgement,
    BalanceQuestion,
    BusinessOrder,
    Order,
    ShortcodeAccess,
    StatusQuestion,
)

PATH = "/mpesa/b2c/v3/paymentrequest"
CURRENCY = "KES"
REMARKS_CHARACTERS_MIN = 2
REMARKS_CHARACTERS_MAX = 100


@dataclass(frozen=True, kw_only=True)
class DarajaDisburser:
    """M-Pesa B2C and B2B for one shortcode."""

    base_url: str
    access: ShortcodeAccess

    def send(self, order: Order) -> Acknowledgement:
        """Hand over one payout: to a person under our own OriginatorConversationID, to a
        business under none (daraja.md 3.1, 3.2, 4).

        Whole shillings only: a fraction or another currency is Declined before anything leaves.
        """
        if isinstance(order, BusinessOrder):
            return self._send_to_business(order)
        body = {
            "OriginatorConversationID": order.reference,
            "InitiatorName": self.access.initiator_name,
            "SecurityCredential": self._credential(),
            "CommandID": order.command_id,
            "Amount": _shillings(order),
            "PartyA": self.access.number,
            "PartyB": order.msisdn,
            "Remarks": _remarks(order.remarks, otherwise=order.command_id),
            "QueueTimeOutURL": order.urls.timeout,
            "ResultURL": order.urls.result,
        }
        if order.occasion:
            body["Occassion"] = order.occasion[:REMARKS_CHARACTERS_MAX]
        return self._client.acknowledge(PATH, body)

    def _send_to_business(self, order: BusinessOrder) -> Acknowledgement:
        body = b2b.payment_body(
            self.access,
            order,
            credential=self._credential(),
            shillings=_shillings(order),
            remarks=_remarks(order.remarks, otherwise=order.command_id),
        )
        if order.occasion:
            body["Occassion"] = order.occasion[:REMARKS_CHARACTERS_MAX]
        return self._client.acknowledge(b2b.PATH, body, api=b2b.API)

    def ask(self, question: StatusQuestion) -> Acknowledgement:
        """Ask what became of a payout (daraja.md 5.1)."""
        body = status.status_body(self.access, question, self._credential())
        return self._client.acknowledge(status.STATUS_PATH, body)

    def ask_balance(self, question: BalanceQuestion) -> Acknowledgement:
        """Ask for the balances of our own shortcode (daraja.md 5.2)."""
        body = status.balance_body(self.access, question, self._credential())
        return self._client.acknowledge(status.BALANCE_PATH, body)

    @cached_property
    def _client(self) -> Client:
        return Client(base_url=self.base_url, access=self.access)

    def _credential(self) -> str:
        try:
            return security_credential(self.access.certificate, self.access.initiator_password)
        except BadCertificate as error:
            raise Declined(str(error)) from error


def _shillings(order: Order) -> int:
    if order.currency != CURRENCY:
        raise Declined(f"M-Pesa pays {CURRENCY}, not {order.currency}")
    try:
        return whole_units(order.amount_minor, order.currency)
    except BadAmount as error:
        raise Declined(str(error)) from error


def _remarks(text: str, *, otherwise: str) -> str:
    text = text.strip()[:REMARKS_CHARACTERS_MAX]
    return text if len(text) >= REMARKS_CHARACTERS_MIN else otherwise
