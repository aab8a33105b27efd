"""A loan that is seen for the first time: kept with its facts, to be paid or held."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction

from core import states
from core.states import SYSTEM
from gateways.interface import LoanClient, LoanFacts
from loans.models import LoanProductAutoDisbursalConfig, LoanTracking, MifosConnection
from loans.rules.facts import columns
from loans.rules.holds import HOLDS, judge_facts
from loans.states import LoanStatus

SEEN = "seen approved in Mifos X"


def unsaved(connection: MifosConnection, loan_id: int, *, at: datetime) -> LoanTracking:
    """Whom a loan that is read for the first time will be, once its facts are there."""
    return LoanTracking(
        pk=uuid4(), partner_id=connection.partner_id, loan_id=loan_id, created_at=at
    )


def track(
    seen: LoanTracking,
    facts: LoanFacts,
    client: LoanClient | None,
    product: LoanProductAutoDisbursalConfig,
    *,
    at: datetime,
) -> LoanTracking:
    """Keep an approved loan under the id of `seen`, pending or held with the code of HOLDS.

    Raises django.db.IntegrityError when the partner's loan of this number is tracked already.
    """
    code = judge_facts(facts, client, product)
    loan = LoanTracking(
        pk=seen.pk, partner_id=seen.partner_id, loan_id=seen.loan_id, created_at=seen.created_at,
        status=LoanStatus.HELD if code else LoanStatus.PENDING, status_at=at, seen_at=at,
        held_code=code, held_text=HOLDS[code].text if code else "", mifos_status=facts.state,
        **columns(facts, client),
    )  # fmt: skip
    because = f"{SEEN}, and held: {HOLDS[code].text}" if code else SEEN
    with transaction.atomic():
        states.begin([loan], at=at, because=because, actor=SYSTEM)
    return loan
