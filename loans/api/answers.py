"""What the API says of loans: camelCase, amounts in shillings, times with offset."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from disbursements.api.amounts import UnitsAnswered
from disbursements.api.answers import STATUSES as PAYOUT_STATUSES
from disbursements.api.answers import PartnerSerializer
from loans.models import ProposalKind
from loans.rules.run_words import STEPS, TRIGGERS
from loans.states import BookingStatus, LoanStatus, ProposalStatus

LOAN_STATUSES = [status.value for status in LoanStatus]
BOOKING_STATUSES = [status.value for status in BookingStatus]
PROPOSAL_STATUSES = [status.value for status in ProposalStatus]
KINDS = list(ProposalKind.values)
STEP_NAMES = list(STEPS)
OUTCOMES = ["done", "already_running", "left_alone", "refused"]


@extend_schema_field({"nullable": True, "example": 9500})
class Anything(serializers.Field):
    """A value of whatever kind the field has: a text, a number, true or false, or null."""

    def to_representation(self, value: object) -> object:
        """As it is."""
        return value

    def to_internal_value(self, data: object) -> object:
        """Never taken."""
        raise NotImplementedError


class LoanPayoutSerializer(serializers.Serializer):
    """The payout of the loan: `GET /api/disburse/{id}` tells the rest."""

    id = serializers.UUIDField()
    clientReference = serializers.CharField()  # noqa: N815 - the wire's name
    status = serializers.ChoiceField(choices=PAYOUT_STATUSES)
    statusMeaning = serializers.CharField()  # noqa: N815
    receipt = serializers.CharField(allow_null=True)
    completedAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    failureCode = serializers.CharField(allow_null=True)  # noqa: N815
    failureText = serializers.CharField(allow_null=True)  # noqa: N815


class LoanBookingSerializer(serializers.Serializer):
    """The disbursal as it is, or is to be, booked in Mifos X."""

    id = serializers.UUIDField()
    cycle = serializers.IntegerField()
    status = serializers.ChoiceField(choices=BOOKING_STATUSES)
    statusMeaning = serializers.CharField()  # noqa: N815
    statusAt = serializers.DateTimeField()  # noqa: N815
    receipt = serializers.CharField(help_text="M-Pesa's, as Mifos X gets it")
    paidAt = serializers.DateTimeField()  # noqa: N815
    grossAmount = UnitsAnswered()  # noqa: N815
    externalId = serializers.CharField()  # noqa: N815
    transactionId = serializers.IntegerField(  # noqa: N815
        allow_null=True, help_text="Of the disbursal in Mifos X"
    )
    commandId = serializers.IntegerField(  # noqa: N815
        allow_null=True, help_text="What a checker in Mifos X has to approve"
    )
    code = serializers.CharField(allow_null=True, help_text="Of the last answer of Mifos X")
    text = serializers.CharField(allow_null=True)
    meaning = serializers.CharField(allow_null=True, help_text="The code in words")
    whatToDo = serializers.CharField(allow_null=True)  # noqa: N815
    tries = serializers.IntegerField()
    dueAt = serializers.DateTimeField(help_text="When it is tried next")  # noqa: N815
    bookedAt = serializers.DateTimeField(allow_null=True)  # noqa: N815


class LoanProposalSerializer(serializers.Serializer):
    """What one person proposed, and another decides."""

    id = serializers.UUIDField()
    loan = serializers.UUIDField(help_text="Our id of the loan")
    booking = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=KINDS)
    status = serializers.ChoiceField(choices=PROPOSAL_STATUSES)
    statusMeaning = serializers.CharField()  # noqa: N815
    statusAt = serializers.DateTimeField()  # noqa: N815
    reason = serializers.CharField()
    proposedBy = serializers.CharField()  # noqa: N815
    decidedBy = serializers.CharField(allow_null=True)  # noqa: N815
    decidedBecause = serializers.CharField(allow_null=True)  # noqa: N815
    createdAt = serializers.DateTimeField()  # noqa: N815


class LoanSerializer(serializers.Serializer):
    """A loan that was seen approved in Mifos X, and what became of it."""

    id = serializers.UUIDField(help_text="Our id")
    loanId = serializers.IntegerField(help_text="Its number in Mifos X")  # noqa: N815
    accountNo = serializers.CharField(allow_null=True)  # noqa: N815
    partner = PartnerSerializer()
    status = serializers.ChoiceField(choices=LOAN_STATUSES)
    statusMeaning = serializers.CharField()  # noqa: N815
    statusAt = serializers.DateTimeField()  # noqa: N815
    heldCode = serializers.CharField(allow_null=True)  # noqa: N815
    reason = serializers.CharField(allow_null=True, help_text="Why it is held, or was not paid")
    whatToDo = serializers.CharField(  # noqa: N815
        allow_null=True, help_text="Of a held one: what lets it go on"
    )
    releasable = serializers.BooleanField(help_text="Held, and one person may release it")
    cycle = serializers.IntegerField(help_text="1; more where it was approved or paid again")
    productId = serializers.IntegerField()  # noqa: N815
    productName = serializers.CharField(allow_null=True)  # noqa: N815
    clientId = serializers.IntegerField(allow_null=True)  # noqa: N815
    clientName = serializers.CharField(allow_null=True)  # noqa: N815
    phoneAsWritten = serializers.CharField(  # noqa: N815
        allow_null=True, help_text="As Mifos X has it; null for those who may not see phones"
    )
    msisdn = serializers.CharField(allow_null=True, help_text="The number that is paid")
    netAmount = UnitsAnswered(  # noqa: N815
        allow_null=True, help_text="What the client receives; null: in no currency that we know"
    )
    grossAmount = UnitsAnswered(  # noqa: N815
        allow_null=True, help_text="What Mifos X books"
    )
    currency = serializers.CharField()
    approvedOn = serializers.DateField(allow_null=True)  # noqa: N815
    expectedOn = serializers.DateField(allow_null=True)  # noqa: N815
    severalDisbursals = serializers.BooleanField()  # noqa: N815
    releasedAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    mifosStatus = serializers.IntegerField(  # noqa: N815
        help_text="The status id in Mifos X, as last seen; 200 is approved"
    )
    seenAt = serializers.DateTimeField(help_text="When Mifos X was last asked")  # noqa: N815
    createdAt = serializers.DateTimeField()  # noqa: N815
    disbursement = LoanPayoutSerializer(allow_null=True)
    booking = LoanBookingSerializer(allow_null=True)


class LoanDifferenceSerializer(serializers.Serializer):
    """What Mifos X says otherwise than when the loan was tracked or released."""

    field = serializers.CharField(help_text="As it is named in the loan, such as netAmount")
    tracked = Anything()
    now = Anything()


class LoanEventSerializer(serializers.Serializer):
    """One moment of the timeline."""

    at = serializers.DateTimeField()
    side = serializers.ChoiceField(choices=["mifos", "mpesa"])
    source = serializers.CharField()  # type: ignore[assignment]
    title = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    actor = serializers.CharField(allow_blank=True)


class LoanDetailSerializer(LoanSerializer):
    """A loan with everything that is known of it."""

    differences = LoanDifferenceSerializer(many=True)
    bookings = LoanBookingSerializer(many=True, help_text="Of each cycle that was paid")
    proposals = LoanProposalSerializer(many=True)
    timeline = LoanEventSerializer(many=True)


class LoanFigureSerializer(serializers.Serializer):
    """How many loans stand so, and what their clients receive of each currency."""

    count = serializers.IntegerField()
    amounts = serializers.DictField(child=UnitsAnswered())


class LoanSummarySerializer(serializers.Serializer):
    """Of all that matches, not only of this page."""

    pending_disbursement = LoanFigureSerializer()
    processing_disbursement = LoanFigureSerializer()
    disbursed = LoanFigureSerializer()
    failed = LoanFigureSerializer()
    held = LoanFigureSerializer()
    not_booked = LoanFigureSerializer(help_text="Paid, and not booked in Mifos X")


class LoansAnswer(serializers.Serializer):
    """Answer of GET /api/mifos/loans."""

    success = serializers.BooleanField()
    summary = LoanSummarySerializer()
    loans = LoanSerializer(many=True)
    nextCursor = serializers.CharField(allow_null=True)  # noqa: N815


class LoanAnswer(serializers.Serializer):
    """Answer of GET /api/mifos/loans/{id} and of what is done to a loan."""

    success = serializers.BooleanField()
    loan = LoanDetailSerializer()


class LoanProposalAnswer(serializers.Serializer):
    """Answer of proposing and deciding."""

    success = serializers.BooleanField()
    proposal = LoanProposalSerializer()


class LoanCountSerializer(serializers.Serializer):
    """How many loans, and why."""

    code = serializers.CharField()
    meaning = serializers.CharField()
    count = serializers.IntegerField()


class LoanSyncErrorSerializer(serializers.Serializer):
    """What did not work."""

    step = serializers.ChoiceField(choices=STEP_NAMES)
    loanId = serializers.IntegerField(allow_null=True, help_text="Null: of all")  # noqa: N815
    code = serializers.CharField(allow_null=True)
    text = serializers.CharField()


class LoanSyncSerializer(serializers.Serializer):
    """What one sync of one partner did."""

    id = serializers.UUIDField()
    partner = PartnerSerializer()
    steps = serializers.ListField(child=serializers.ChoiceField(choices=STEP_NAMES))
    trigger = serializers.ChoiceField(choices=list(TRIGGERS))
    actor = serializers.CharField()
    startedAt = serializers.DateTimeField()  # noqa: N815
    endedAt = serializers.DateTimeField(  # noqa: N815
        allow_null=True, help_text="Null: it runs, or its process died"
    )
    summary = serializers.CharField(help_text="The same in one sentence")
    requests = serializers.IntegerField(help_text="Calls to Mifos X")
    fetched = serializers.IntegerField(help_text="Rows that Mifos X listed")
    new = serializers.IntegerField(help_text="Loans not tracked before")
    skipped = LoanCountSerializer(many=True, help_text="Left as they are")
    held = LoanCountSerializer(many=True, help_text="Held for a person from now on")
    instructed = serializers.IntegerField(help_text="Handed over to be paid")
    paid = serializers.IntegerField()
    failed = serializers.IntegerField()
    booked = serializers.IntegerField()
    notBooked = serializers.IntegerField()  # noqa: N815
    errors = LoanSyncErrorSerializer(many=True)  # type: ignore[assignment]


class LoanSyncsAnswer(serializers.Serializer):
    """Answer of GET /api/mifos/runs."""

    success = serializers.BooleanField()
    runs = LoanSyncSerializer(many=True)
    nextCursor = serializers.CharField(allow_null=True)  # noqa: N815


class LoanSyncResultSerializer(serializers.Serializer):
    """What became of one partner."""

    partner = PartnerSerializer()
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    message = serializers.CharField()
    run = LoanSyncSerializer(allow_null=True)


class SyncedAnswer(serializers.Serializer):
    """Answer of the three operations."""

    success = serializers.BooleanField()
    message = serializers.CharField()
    results = LoanSyncResultSerializer(many=True)
