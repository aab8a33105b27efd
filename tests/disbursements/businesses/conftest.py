"""Payouts to businesses, by the real adapter on the simulated provider."""

from collections.abc import Callable
from typing import Any

import pytest

from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.operations.instruct import instruct
from disbursements.rules.business_intake import BusinessInstruction
from tests.wire import MovedClock
from vault.models import Shortcode
from vault.operations.add_shortcode import Credentials, add_shortcode

PayBusiness = Callable[..., DisbursementRequest]
STATUS_PATH = "/mpesa/transactionstatus/v1/query"
SEND_PATH = "/mpesa/b2b/v1/paymentrequest"


@pytest.fixture
def pay_business(a_shortcode: Shortcode, moved: MovedClock) -> PayBusiness:
    """Instruct one payout to this paybill."""

    def instruct_one(
        receiver: str = "600222", *, reference: str = "", amount: str = "9500",
        account: str = "PROP001", shortcode_number: str | None = None, **more: Any,
    ) -> DisbursementRequest:  # fmt: skip
        return instruct(
            partner_id=a_shortcode.partner_id,
            instruction=BusinessInstruction(
                client_reference=reference or f"RENT-{receiver}-{account}",
                receiver_number=receiver,
                account_reference=account,
                amount=amount,
                **more,
            ),
            origin="test",
            actor="test",
            at=moved(),
            shortcode_number=shortcode_number,
        ).disbursement

    return instruct_one


@pytest.fixture
def another_shortcode(a_shortcode: Shortcode, simulator: Any, moved: MovedClock) -> Shortcode:
    """A second shortcode of the same partner."""
    return add_shortcode(
        number="600112",
        partner_id=a_shortcode.partner_id,
        kind="paybill",
        initiator_name="apiop",
        credentials=Credentials(
            consumer_key="key", consumer_secret="secret", initiator_password="Safe#1"
        ),
        certificate=simulator.certificate_pem,
        actor="test",
        at=moved(),
        tps_limit=1000,
    )


def latest(row: DisbursementRequest) -> DisbursementRetryLog:
    """The latest attempt of a payout."""
    return DisbursementRetryLog.objects.filter(disbursement=row).latest("retry_attempt")


def seen(row: DisbursementRequest) -> DisbursementRequest:
    """The payout as it stands now."""
    row.refresh_from_db()
    return row


__all__ = ["SEND_PATH", "STATUS_PATH", "PayBusiness", "latest", "seen"]
