"""The OpenAPI document tells of every address, with examples that are true to it."""

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.serializers import Serializer

from reconciliation.api import answers, examples, finding_answers
from reconciliation.api.bodies import AssignSerializer, BulkAskedSerializer, CheckAskedSerializer
from tests.reconciliation.api.conftest import PATH, demand_documented

ANSWERED: list[tuple[type[Serializer], object]] = [
    (answers.CheckStatsAnswer, examples.STATS_ANSWER),
    (answers.CheckActiveAnswer, examples.ACTIVE),
    (answers.CheckHistoryAnswer, examples.HISTORY_ANSWER),
    (answers.CheckResultAnswer, examples.ONE),
    (answers.CheckRunsAnswer, examples.RUNS),
    (answers.CheckQueuedAnswer, examples.QUEUED),
    (answers.CheckBulkAnswer, examples.BULK_ANSWER),
    (finding_answers.FindingsAnswer, examples.FINDINGS),
    (finding_answers.FindingAnswer, examples.ONE_FINDING),
    (finding_answers.AlertsAnswer, examples.ALERTS_ANSWER),
    (finding_answers.AlertAnswer, examples.ONE_ALERT),
]


@pytest.mark.parametrize(("serializer", "example"), ANSWERED)
def test_an_example_has_the_fields_of_its_answer(
    serializer: type[Serializer], example: object
) -> None:
    demand_documented(serializer(), example)


@pytest.mark.parametrize(
    ("serializer", "example"),
    [
        (CheckAskedSerializer, examples.TRIGGER),
        (CheckAskedSerializer, examples.QUEUE_TRIGGER),
        (BulkAskedSerializer, examples.BULK_BODY),
        (BulkAskedSerializer, examples.SELECTION_BODY),
        (AssignSerializer, examples.ASSIGN_BODY),
    ],
)
def test_an_example_of_a_body_is_taken(serializer: type[Serializer], example: object) -> None:
    asked = serializer(data=example)

    assert asked.is_valid(), asked.errors


def test_every_address_is_told_once_with_a_summary_and_an_example() -> None:
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]

    told = {path: verbs for path, verbs in paths.items() if path.startswith(PATH)}
    assert len(told) == 15
    assert not [path for path in told if path.endswith("/")]
    for verbs in told.values():
        for operation in verbs.values():
            assert operation["summary"]
            status = next(each for each in ("200", "202") if each in operation["responses"])
            answered = [
                response["content"]["application/json"]
                for code, response in operation["responses"].items()
                if code in {status, "202"}
            ]
            assert any("examples" in each for each in answered), operation["operationId"]
