"""What the API says of checks and differences: the shapes of the source document, and more."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reconciliation.models import FindingKind, SubjectKind
from reconciliation.states import CheckResult, FindingStatus, Severity

RESULTS = [each.value for each in CheckResult]
KINDS = list(SubjectKind.values)
TYPES = list(FindingKind.values)
SEVERITIES = [each.value for each in Severity]
FINDING_STATUSES = [each.value for each in FindingStatus]
KIND_HELP = "What it is"


@extend_schema_field({"nullable": True, "example": 2500})
class Amount(serializers.Field):
    """A number in units of the currency, or null."""

    def to_representation(self, value: object) -> object:
        """As it is."""
        return value

    def to_internal_value(self, data: object) -> object:
        """Never taken."""
        raise NotImplementedError


class PartnerId(serializers.UUIDField):
    """Whose it is, beside `partnerName`."""

    def __init__(self) -> None:
        super().__init__(allow_null=True, help_text="Whose it is; null: nobody knows")


class PartnerName(serializers.CharField):
    """The name of `partner`."""

    def __init__(self) -> None:
        super().__init__(allow_blank=True, help_text="The partner's name; empty: nobody knows")


class CheckStatsSerializer(serializers.Serializer):
    """Since the beginning, of the caller's partners; times in milliseconds where not named."""

    totalProcessed = serializers.IntegerField()  # noqa: N815 - the wire's name
    successfulReconciliations = serializers.IntegerField(  # noqa: N815
        help_text="Matched and pending"
    )
    failedReconciliations = serializers.IntegerField(  # noqa: N815
        help_text="The check itself failed"
    )
    discrepanciesDetected = serializers.IntegerField()  # noqa: N815
    averageProcessingTime = serializers.IntegerField()  # noqa: N815
    activeReconciliations = serializers.IntegerField()  # noqa: N815
    queueLength = serializers.IntegerField()  # noqa: N815
    connectedClients = serializers.IntegerField()  # noqa: N815
    lastProcessedAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    pending = serializers.IntegerField(help_text="Of the successful ones: still under way")
    retrying = serializers.IntegerField(help_text="In the queue, after a try that failed")
    p50ProcessingTime = serializers.IntegerField()  # noqa: N815
    p95ProcessingTime = serializers.IntegerField()  # noqa: N815
    p99ProcessingTime = serializers.IntegerField()  # noqa: N815
    throughputPerMinute = serializers.FloatField(  # noqa: N815
        help_text="In the last five minutes"
    )
    oldestQueuedSeconds = serializers.IntegerField()  # noqa: N815
    uptimeSeconds = serializers.IntegerField(help_text="Of the live server")  # noqa: N815


class CheckStatsAnswer(serializers.Serializer):
    """Answer of GET /api/real-time-reconciliation/stats."""

    success = serializers.BooleanField()
    stats = CheckStatsSerializer()


class QueuedCheckSerializer(serializers.Serializer):
    """One check that waits, or is in work."""

    sessionId = serializers.CharField()  # noqa: N815
    kind = serializers.ChoiceField(choices=KINDS, help_text=KIND_HELP)
    partner = PartnerId()
    partnerName = PartnerName()  # noqa: N815
    trigger = serializers.CharField()
    actor = serializers.CharField()
    requestedAt = serializers.DateTimeField()  # noqa: N815
    dueAt = serializers.DateTimeField()  # noqa: N815
    tries = serializers.IntegerField(help_text="That failed")
    error = serializers.CharField(allow_null=True, help_text="Of the latest try")


class CheckActiveAnswer(serializers.Serializer):
    """Answer of GET /api/real-time-reconciliation/active."""

    success = serializers.BooleanField()
    activeReconciliations = serializers.IntegerField()  # noqa: N815
    queueLength = serializers.IntegerField()  # noqa: N815
    connectedClients = serializers.IntegerField()  # noqa: N815
    notDueYet = serializers.IntegerField(help_text="Of those in the queue")  # noqa: N815
    retrying = serializers.IntegerField(help_text="Tried before, and failed")
    oldestDueAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    active = QueuedCheckSerializer(many=True, help_text="In work; the first 50")
    waiting = QueuedCheckSerializer(many=True, help_text="The 50 most urgent")


class CheckSpanSerializer(serializers.Serializer):
    """The checks of one hour, or of one day in Nairobi."""

    since = serializers.DateTimeField()
    totalProcessed = serializers.IntegerField()  # noqa: N815
    matched = serializers.IntegerField()
    pending = serializers.IntegerField()
    discrepancy = serializers.IntegerField()
    error = serializers.IntegerField()
    averageProcessingTime = serializers.IntegerField()  # noqa: N815
    p50ProcessingTime = serializers.IntegerField()  # noqa: N815
    p95ProcessingTime = serializers.IntegerField()  # noqa: N815
    p99ProcessingTime = serializers.IntegerField()  # noqa: N815


class CheckTrendSerializer(serializers.Serializer):
    """The span beside the one of the same length before it."""

    result = serializers.ChoiceField(choices=["all", *RESULTS])
    now = serializers.IntegerField()
    before = serializers.IntegerField()
    changePercent = serializers.IntegerField(  # noqa: N815
        allow_null=True, help_text="Null: there was none before"
    )


class CheckHistoryAnswer(serializers.Serializer):
    """Answer of GET /api/real-time-reconciliation/history."""

    success = serializers.BooleanField()
    by = serializers.ChoiceField(choices=["hour", "day"])
    history = CheckSpanSerializer(many=True, help_text="Oldest first, those without checks too")
    trend = CheckTrendSerializer(many=True)


class SessionDetailsSerializer(serializers.Serializer):
    """What people know it by. What a kind does not have is left out, or empty."""

    client = serializers.CharField(help_text="Who pays, or is paid")
    psychologist = serializers.CharField(help_text="Who serves the client: owner or partner")
    amount = Amount(help_text="In units of the currency")
    transactionId = serializers.CharField(help_text="The provider's receipt")  # noqa: N815
    kind = serializers.ChoiceField(choices=KINDS, required=False)
    reference = serializers.CharField(required=False)
    currency = serializers.CharField(required=False)
    partner = serializers.CharField(required=False, help_text="Its name, as partnerName")
    status = serializers.CharField(required=False, help_text="Ours, of the thing itself")


class CheckMetadataSerializer(serializers.Serializer):
    """How the check went."""

    trigger = serializers.CharField()
    processingTime = serializers.IntegerField(help_text="Milliseconds")  # noqa: N815
    timestamp = serializers.DateTimeField()
    waited = serializers.IntegerField(help_text="Milliseconds in the queue")
    actor = serializers.CharField()
    asked = serializers.BooleanField(help_text="The provider was asked anew")


class CheckIssueSerializer(serializers.Serializer):
    """One difference that is open."""

    type = serializers.ChoiceField(choices=TYPES)
    message = serializers.CharField()
    severity = serializers.ChoiceField(choices=SEVERITIES)


class CheckResultSerializer(serializers.Serializer):
    """One check and what it came to."""

    id = serializers.UUIDField(help_text="Of the check")
    sessionId = serializers.CharField(help_text="Our id of what was checked")  # noqa: N815
    kind = serializers.ChoiceField(choices=KINDS, help_text=KIND_HELP)
    status = serializers.ChoiceField(choices=RESULTS)
    partner = PartnerId()
    partnerName = PartnerName()  # noqa: N815
    sessionDetails = SessionDetailsSerializer()  # noqa: N815
    reconciliationMetadata = CheckMetadataSerializer()  # noqa: N815
    issues = CheckIssueSerializer(many=True)
    error = serializers.CharField(required=False, help_text="Why the check itself failed")


class CheckResultAnswer(serializers.Serializer):
    """Answer of POST /api/real-time-reconciliation/session/{id}."""

    success = serializers.BooleanField()
    result = CheckResultSerializer()


class CheckRunsAnswer(serializers.Serializer):
    """Answer of GET /api/real-time-reconciliation/runs."""

    success = serializers.BooleanField()
    runs = CheckResultSerializer(many=True)
    nextCursor = serializers.CharField(allow_null=True)  # noqa: N815


class CheckQueuedAnswer(serializers.Serializer):
    """Answer of POST /api/real-time-reconciliation/queue/{id}."""

    success = serializers.BooleanField()
    message = serializers.CharField()
    sessionId = serializers.CharField(help_text="Our id of what is to be checked")  # noqa: N815
    kind = serializers.ChoiceField(choices=KINDS, help_text=KIND_HELP)
    queueLength = serializers.IntegerField()  # noqa: N815


class LeftOutSerializer(serializers.Serializer):
    """How many were not queued, and why."""

    reason = serializers.CharField()
    count = serializers.IntegerField()


class CheckBulkSerializer(serializers.Serializer):
    """Many checks that were asked for at once."""

    id = serializers.UUIDField()
    trigger = serializers.CharField()
    actor = serializers.CharField()
    total = serializers.IntegerField(help_text="Queued")
    processed = serializers.IntegerField(help_text="Of these, checked by now")
    results = serializers.DictField(
        child=serializers.IntegerField(), help_text="How many came to matched, pending, …"
    )
    leftOut = LeftOutSerializer(many=True)  # noqa: N815
    requestedAt = serializers.DateTimeField()  # noqa: N815
    endedAt = serializers.DateTimeField(  # noqa: N815
        allow_null=True, help_text="Null: it goes on"
    )


class CheckBulkAnswer(serializers.Serializer):
    """Answer of POST /api/real-time-reconciliation/bulk and of GET with its id."""

    success = serializers.BooleanField()
    message = serializers.CharField()
    bulk = CheckBulkSerializer()
