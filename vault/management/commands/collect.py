"""manage.py collect --property ID --phone NUMBER [--amount A] [--tenant ID] [--wait] …"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock, money
from core.command import VaultCommand, an_id
from vault.models import Prompt
from vault.operations.collect import check, collect
from vault.operations.wanted_prompt import COLLECT, Wanted
from vault.states import PROMPT_MEANINGS, PROMPT_OPEN, PromptStatus

WAIT_S_MAX = 120
STEP_S = 2
NOT_PAID = (PromptStatus.FAILED, PromptStatus.EXPIRED)


class Command(VaultCommand):
    help = (
        "Prompt a phone to pay rent (STK push). Without --amount it asks for the tenant's rent, "
        "else the property's. --wait stays until it is answered, two minutes at the most. "
        "Exit code 1 when it failed or expired."
    )
    permission = COLLECT
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose rent, whom to ask, how much."""
        parser.add_argument("--property", metavar="ID", type=an_id, required=True)
        parser.add_argument("--phone", metavar="NUMBER", required=True, help="such as 0712345678")
        parser.add_argument("--amount", metavar="SHILLINGS", help="whole ones, such as 10000")
        parser.add_argument("--tenant", metavar="ID", type=an_id, help="whose rent it is")
        parser.add_argument("--wait", action="store_true", help="until it is answered")
        parser.add_argument("--dry-run", action="store_true", help="check, and prompt nobody")

    def handle(self, *args: Any, **options: Any) -> None:
        """One prompt."""
        asked = {
            "property_id": options["property"], "msisdn": options["phone"],
            "amount": options["amount"], "tenant_id": options["tenant"],
            "caller": self.caller, "at": clock.database_now(),
        }  # fmt: skip
        if options["dry_run"]:
            self._show(check(**asked))
            return
        prompt = collect(**asked)
        if options["wait"]:
            _wait(prompt)
        text = _text(prompt)
        if prompt.status in NOT_PAID:
            raise self.failure(text)
        self.answer(_as_json(prompt), text)

    def _show(self, wish: Wanted) -> None:
        amount = money.shown(wish.amount_minor, wish.currency)
        self.answer(
            {
                "dryRun": True, "property": str(wish.property.pk),
                "tenant": str(wish.tenant.pk) if wish.tenant else None,
                "amount": money.plain(wish.amount_minor, wish.currency),
                "currency": wish.currency, "account": wish.account,
                "description": wish.description,
            },
            f"It would ask for {amount} for {wish.property}, account {wish.account}. Nobody was "
            "prompted.",
        )  # fmt: skip


def _wait(prompt: Prompt) -> None:
    for _ in range(WAIT_S_MAX // STEP_S):
        if prompt.status not in PROMPT_OPEN:
            return
        clock.wait(seconds=STEP_S)
        prompt.refresh_from_db()


def _as_json(prompt: Prompt) -> dict[str, Any]:
    return {
        "id": str(prompt.pk), "status": prompt.status, "checkoutRequestId": prompt.checkout_id,
        "merchantRequestId": prompt.merchant_request_id, "account": prompt.account,
        "amount": money.plain(prompt.amount_minor, prompt.currency),
        "currency": prompt.currency, "receipt": prompt.receipt, "code": prompt.code,
        "text": prompt.text,
    }  # fmt: skip


def _text(prompt: Prompt) -> str:
    amount = money.shown(prompt.amount_minor, prompt.currency)
    said = f" {prompt.code} {prompt.text}".rstrip() if prompt.status in NOT_PAID else ""
    receipt = f" Receipt {prompt.receipt}." if prompt.receipt else ""
    meaning = PROMPT_MEANINGS[prompt.status]
    return f"{prompt.status}: {amount}, account {prompt.account}. {meaning}{receipt}{said}"
