"""What the API says of differences and of alerts."""

from rest_framework import serializers

from reconciliation.api.answers import (
    FINDING_STATUSES,
    KIND_HELP,
    KINDS,
    SEVERITIES,
    TYPES,
    CheckResultSerializer,
    PartnerId,
    PartnerName,
)
from reconciliation.queries.alerts import STATES

ALERT_STATES = list(STATES)


class CheckFindingSerializer(serializers.Serializer):
    """One difference between the sides, for ever one row."""

    id = serializers.UUIDField()
    sessionId = serializers.CharField(help_text="Our id of what differs")  # noqa: N815
    kind = serializers.ChoiceField(choices=KINDS, help_text=KIND_HELP)
    type = serializers.ChoiceField(choices=TYPES)
    about = serializers.CharField(help_text="Tells several of one type apart", allow_blank=True)
    severity = serializers.ChoiceField(choices=SEVERITIES)
    status = serializers.ChoiceField(choices=FINDING_STATUSES)
    message = serializers.CharField()
    reference = serializers.CharField(allow_blank=True)
    here = serializers.DictField(child=serializers.CharField(), help_text="What our side says")
    there = serializers.DictField(child=serializers.CharField(), help_text="And the other one")
    thereName = serializers.CharField(help_text="Who the other side is")  # noqa: N815
    stakeMinor = serializers.IntegerField(  # noqa: N815
        allow_null=True, help_text="The money it is about, in minor units of the currency"
    )
    currency = serializers.CharField(allow_blank=True)
    partner = PartnerId()
    partnerName = PartnerName()  # noqa: N815
    openedAt = serializers.DateTimeField()  # noqa: N815
    seenAt = serializers.DateTimeField()  # noqa: N815
    statusAt = serializers.DateTimeField()  # noqa: N815
    times = serializers.IntegerField(help_text="Checks that saw it since it opened")


class FindingEventSerializer(serializers.Serializer):
    """One moment of its history."""

    at = serializers.DateTimeField()
    status = serializers.CharField(help_text="From then on")
    text = serializers.CharField()
    actor = serializers.CharField()


class FindingMeaningSerializer(serializers.Serializer):
    """In words."""

    what = serializers.CharField()
    whatToDo = serializers.CharField()  # noqa: N815


class FindingDetailSerializer(CheckFindingSerializer):
    """One with what it means, and what became of it."""

    statusMeaning = serializers.CharField()  # noqa: N815
    explanation = FindingMeaningSerializer()
    timeline = FindingEventSerializer(many=True, help_text="Oldest first")
    runs = CheckResultSerializer(many=True, help_text="The latest checks of the same thing")


class FindingsAnswer(serializers.Serializer):
    """Answer of GET /api/real-time-reconciliation/findings."""

    success = serializers.BooleanField()
    findings = CheckFindingSerializer(many=True)
    nextCursor = serializers.CharField(allow_null=True)  # noqa: N815


class FindingAnswer(serializers.Serializer):
    """Answer of one, and of dismissing it."""

    success = serializers.BooleanField()
    finding = FindingDetailSerializer()


class AlertSerializer(serializers.Serializer):
    """One condition while it lasts."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="Such as reconciliation_late or float_low")
    key = serializers.CharField(help_text="What it is about")
    severity = serializers.ChoiceField(choices=SEVERITIES)
    text = serializers.CharField()
    count = serializers.IntegerField(help_text="How often it was met")
    state = serializers.ChoiceField(choices=ALERT_STATES)
    acknowledgedBy = serializers.CharField(allow_blank=True)  # noqa: N815
    acknowledgedAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    assignedTo = serializers.CharField(allow_blank=True)  # noqa: N815
    firstAt = serializers.DateTimeField()  # noqa: N815
    lastAt = serializers.DateTimeField()  # noqa: N815
    closedAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    closedBy = serializers.CharField(allow_blank=True)  # noqa: N815


class AlertsAnswer(serializers.Serializer):
    """Answer of GET /api/real-time-reconciliation/alerts."""

    success = serializers.BooleanField()
    alerts = AlertSerializer(many=True)
    nextCursor = serializers.CharField(allow_null=True)  # noqa: N815


class AlertAnswer(serializers.Serializer):
    """Answer of what is done to one."""

    success = serializers.BooleanField()
    alert = AlertSerializer()
