"""Which source reads which kind of subject."""

from reconciliation.models import SubjectKind
from reconciliation.sources.loans import LoanSource
from reconciliation.sources.payments import PaymentSource
from reconciliation.sources.payouts import PayoutSource
from reconciliation.sources.prompts import PromptSource
from reconciliation.sources.source import Source
from reconciliation.sources.strangers import StrangerSource
from reconciliation.sources.transfers import TransferSource

SOURCES: dict[str, Source] = {
    SubjectKind.PAYMENT: PaymentSource(),
    SubjectKind.PROMPT: PromptSource(),
    SubjectKind.DISBURSEMENT: PayoutSource(),
    SubjectKind.PAYOUT_TRANSFER: TransferSource(),
    SubjectKind.LOAN: LoanSource(),
    SubjectKind.STRANGER: StrangerSource(),
}
