"""The body of POST /api/payouts/settlements: a contest's winners, each looked at by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from disbursements.api.amounts import ExactTaken
from disbursements.api.fields import ID_EXAMPLE, Id, Text, Whole
from disbursements.rules.contest_settlement import (
    WINNERS_MAX,
    ContestSettlement,
    SettlementProblem,
    Winner,
)
from vault.api.bodies import StrictSerializer, read_body, unknown_fields
from vault.api.errors import bad_fields

NAMED_MAX = 100
NAMES = {
    "settlement_id": "settlementId",
    "contest_id": "contestId",
    "currency": "currency",
    "pool": "pool",
    "winners": "winners",
    "max_attempts": "maxAttempts",
    "user_id": "userId",
    "amount": "amount",
    "shortcode": "shortcode",
}
EXAMPLES = {
    "settlementId": '"SET-2026-11-0001"',
    "contestId": '"cup-2026-11"',
    "currency": '"USD"',
    "pool": '"1000.00"',
    "winners": '[{"userId": "user-1", "amount": "12.50"}]',
    "maxAttempts": "4",
    "userId": '"user-1"',
    "amount": '"12.50"',
    "partner": f'"{ID_EXAMPLE}"',
}


class WinnerSerializer(serializers.Serializer):
    """One winner."""

    userId = Text(help_text="Your id of who won")  # noqa: N815 - the wire's name
    amount = ExactTaken(help_text="In the units of the currency, such as 12.50")
    currency = Text(required=False, help_text="The settlement's, where it is said here too")


WINNER_FIELDS: Mapping[str, serializers.Field] = WinnerSerializer().fields


@extend_schema_field(WinnerSerializer(many=True))
class Winners(serializers.Field):
    """The list of winners as it came; `_read_winners` looks at each."""

    default_error_messages = {
        "wrong_type": 'must be a list such as [{{"userId": "user-1", "amount": "12.50"}}].',
        "many": f"has more than {WINNERS_MAX:,} winners: settle the others by themselves.",
    }

    def to_internal_value(self, data: Any) -> list[Any]:
        """Refuses what is no list, and more than one settlement takes."""
        if not isinstance(data, list):
            self.fail("wrong_type")
        if len(data) > WINNERS_MAX:
            self.fail("many")
        return data

    def to_representation(self, value: Any) -> Any:
        """Never answered: the transfers of the job are."""
        return value


class ContestSettlementSerializer(StrictSerializer):
    """A contest's settlement to be paid out."""

    settlementId = Text(  # noqa: N815
        help_text="Your own id of it; one job is made per settlement, however often you send it"
    )
    contestId = Text(help_text="Each user is paid once per contest")  # noqa: N815
    currency = Text(help_text="Three letters, such as USD")
    pool = ExactTaken(help_text="What the winners share at the most")
    winners = Winners(help_text=f"1 to {WINNERS_MAX:,}, each user once")
    maxAttempts = Whole(  # noqa: N815
        required=False, help_text="How often each transfer is tried; 4 when left out"
    )
    shortcode = Text(
        required=False, help_text="The Stripe account to pay from, when you have several"
    )
    partner = Id(
        required=False,
        help_text="Whose it is: needed from a member of staff who sees several partners",
    )


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The settlement, and the Stripe account and the partner if they were named."""

    settlement: ContestSettlement
    shortcode_number: str | None
    partner_id: UUID | None


def read_settlement(body: Any) -> Asked:
    """What a body asks for.

    Raises ApiError (400) naming each field that is missing, unknown or of another type.
    """
    values = read_body(ContestSettlementSerializer, body, examples=EXAMPLES)
    winners, wrong = _read_winners(values["winners"])
    if wrong:
        raise bad_fields(wrong)
    return Asked(
        settlement=ContestSettlement(
            settlement_id=values["settlementId"], contest_id=values["contestId"],
            currency=values["currency"], pool=values["pool"], winners=winners,
            max_attempts=values.get("maxAttempts"),
        ),
        shortcode_number=values.get("shortcode"),
        partner_id=values.get("partner"),
    )  # fmt: skip


def problems_in(problems: Sequence[SettlementProblem]) -> dict[str, list[str]]:
    """What is wrong with the content, under the wire's names; the first hundred fields of it."""
    fields: dict[str, list[str]] = {}
    for problem in problems:
        name = NAMES.get(problem.field, problem.field)
        where = place(problem.line, name) if problem.line else name
        if where not in fields and len(fields) >= NAMED_MAX:
            continue
        fields.setdefault(where, []).append(f"{problem_text(problem)}.")
    return fields


def problem_text(problem: SettlementProblem) -> str:
    """`line 3: '-5' is less than 0: write more than 0, such as 1250`."""
    told = not problem.value or repr(problem.value) in problem.message
    said = problem.message if told else f"{problem.value!r} {problem.message}"
    return f"line {problem.line}: {said}" if problem.line else said


def place(line: int, name: str) -> str:
    """`winners[2].amount` for the amount of line 3: as JSON counts."""
    return f"winners[{line - 1}].{name}" if name else f"winners[{line - 1}]"


def _read_winners(found: Sequence[Any]) -> tuple[list[Winner], dict[str, list[str]]]:
    """Each winner as it was written, and what is wrong with the shape of the first hundred."""
    winners: list[Winner] = []
    wrong: dict[str, list[str]] = {}
    for line, each in enumerate(found, start=1):
        values, problems = _read_winner(each)
        winners.append(
            Winner(
                line=line, user_id=values.get("userId", ""), amount=values.get("amount", ""),
                currency=values.get("currency", ""),
            )
        )  # fmt: skip
        for name, message in problems.items():
            if len(wrong) < NAMED_MAX:
                wrong[place(line, name)] = [f"line {line}: {message}"]
    return winners, wrong


def _read_winner(winner: Any) -> tuple[dict[str, str], dict[str, str]]:
    """The values of one winner by their names, and what is wrong with which field."""
    if not isinstance(winner, Mapping):
        return {}, {"": f"must be an object such as {EXAMPLES['winners'][1:-1]}."}
    values: dict[str, str] = {}
    wrong = {
        name: messages[0] for name, messages in unknown_fields(winner, known=WINNER_FIELDS).items()
    }
    for name, field in WINNER_FIELDS.items():
        if name in winner:
            try:
                values[name] = field.run_validation(winner[name])
            except serializers.ValidationError as error:
                wrong[name] = _said(name, error)
        elif field.required:
            wrong[name] = f"is missing: an example is {EXAMPLES[name]}."
    return values, wrong


def _said(name: str, error: serializers.ValidationError) -> str:
    message = error.detail[0]  # type: ignore[index]
    code = getattr(message, "code", "")
    if code == "blank":
        return f"is empty: an example is {EXAMPLES[name]}."
    return "must not be null." if code == "null" else str(message)
