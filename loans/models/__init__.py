from loans.models.booking import LoanBooking
from loans.models.connection import MifosConnection
from loans.models.product import LoanProductAutoDisbursalConfig
from loans.models.proposal import LoanProposal, ProposalKind
from loans.models.sync_run import LoanSyncRun
from loans.models.tracking import LoanTracking

__all__ = [
    "LoanBooking",
    "LoanProductAutoDisbursalConfig",
    "LoanProposal",
    "LoanSyncRun",
    "LoanTracking",
    "MifosConnection",
    "ProposalKind",
]
