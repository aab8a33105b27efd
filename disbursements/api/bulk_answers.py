"""What the API says of bulk runs, and of a verb that was done to one payout or to many."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from disbursements.api.amounts import UnitsAnswered, in_units
from disbursements.api.answers import without_phones
from disbursements.models import BulkRun, BulkVerb
from disbursements.operations.freeze import NOT_FOUND_OPTION
from disbursements.states import BulkRunStatus

STATUSES = [status.value for status in BulkRunStatus]
HIDDEN = frozenset({NOT_FOUND_OPTION})


class SkippedSerializer(serializers.Serializer):
    """Why some were left as they were."""

    reason = serializers.CharField()
    count = serializers.IntegerField()
    disbursementId = serializers.UUIDField(required=False)  # noqa: N815


class DoneAnswer(serializers.Serializer):
    """Answer of every verb."""

    success = serializers.BooleanField()
    message = serializers.CharField(help_text="What was done, in a sentence")
    bulkRun = serializers.UUIDField(allow_null=True)  # noqa: N815
    queued = serializers.IntegerField(help_text="How many it was done for, or would be")
    waiting = serializers.IntegerField(help_text="How many the background still has before it")
    skipped = SkippedSerializer(many=True)
    totals = serializers.DictField(child=UnitsAnswered(), help_text="Units of each currency")
    dryRun = serializers.BooleanField()  # noqa: N815


class BulkRunSerializer(serializers.Serializer):
    """One verb over many payouts."""

    id = serializers.UUIDField()
    verb = serializers.ChoiceField(choices=BulkVerb.values)
    status = serializers.ChoiceField(choices=STATUSES)
    statusMeaning = serializers.SerializerMethodField()  # noqa: N815
    reason = serializers.CharField()
    actor = serializers.CharField()
    origin = serializers.CharField(help_text="admin, api or command")
    startedAt = serializers.DateTimeField(source="started_at")  # noqa: N815
    endedAt = serializers.DateTimeField(source="ended_at", allow_null=True)  # noqa: N815
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    skipped = serializers.IntegerField()
    waiting = serializers.SerializerMethodField()
    totals = serializers.SerializerMethodField()
    selection = serializers.DictField(child=serializers.CharField())
    options = serializers.SerializerMethodField()

    def to_representation(self, instance: BulkRun) -> dict[str, Any]:
        """Phones masked for those who may not see them (`may_see_phones` of the context)."""
        values = super().to_representation(instance)
        return values if self.context["may_see_phones"] else without_phones(values)

    def get_statusMeaning(self, run: BulkRun) -> str:  # noqa: N802
        """The status in one sentence."""
        return BulkRun.MACHINE.meanings[run.status]

    def get_waiting(self, run: BulkRun) -> int:
        """How many it has not reached."""
        return waiting(run)

    @extend_schema_field(serializers.DictField())
    def get_options(self, run: BulkRun) -> dict[str, Any]:
        """What the verb was told, such as the new limit."""
        return {name: value for name, value in run.options.items() if name not in HIDDEN}

    @extend_schema_field(serializers.DictField(child=UnitsAnswered()))
    def get_totals(self, run: BulkRun) -> dict[str, int | float]:
        """Units of each currency, when it began."""
        return whole(run.totals)


class BulkRunDetailSerializer(BulkRunSerializer):
    """And why some were skipped."""

    skips = serializers.SerializerMethodField()

    @extend_schema_field(SkippedSerializer(many=True))
    def get_skips(self, run: BulkRun) -> list[dict[str, Any]]:  # noqa: ARG002
        """Each reason and how many."""
        return skipped(self.context["skips"])


class BulkRunsAnswer(serializers.Serializer):
    """Answer of GET /api/disburse/bulk-runs."""

    success = serializers.BooleanField()
    bulkRuns = BulkRunSerializer(many=True)  # noqa: N815
    nextCursor = serializers.CharField(allow_null=True)  # noqa: N815


class BulkRunAnswer(serializers.Serializer):
    """Answer of GET /api/disburse/bulk-runs/{id}."""

    success = serializers.BooleanField()
    bulkRun = BulkRunDetailSerializer()  # noqa: N815


def waiting(run: BulkRun) -> int:
    """How many the run has not reached."""
    return run.total - run.done - run.skipped


def whole(totals: Mapping[str, int]) -> dict[str, int | float]:
    """Units of each currency from minor ones."""
    return {name: in_units(amount, name) for name, amount in sorted(totals.items())}


def skipped(counts: Mapping[str, int], *, disbursement_id: object = None) -> list[dict[str, Any]]:
    """Each reason and how many; with the id where only one payout was meant."""
    named = {} if disbursement_id is None else {"disbursementId": str(disbursement_id)}
    return [{**named, "reason": reason, "count": count} for reason, count in counts.items()]
