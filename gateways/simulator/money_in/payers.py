"""Payers with a scripted outcome, by the last five digits of their number.

Every other payer simply pays. docs/simulator.md has the same table in words.
"""

from gateways.simulator.behaviour import Answer, Delivery
from gateways.simulator.money_in.behaviour import (
    LOCKED,
    NO_MERCHANT,
    WRONG_CREDENTIALS,
    Confirmation,
    Phone,
    PromptBehaviour,
    Waiting,
)

SCRIPT_DIGITS = 5

RESULTS = {
    "98000": PromptBehaviour(answered_after_s=0),
    "98001": PromptBehaviour(result_code="1"),
    "98008": PromptBehaviour(result_code="8"),
    "98017": PromptBehaviour(result_code="17"),
    "98019": PromptBehaviour(result_code="1019"),
    "98021": PromptBehaviour(result_code="2001"),
    "98025": PromptBehaviour(result_code="1025"),
    "98026": PromptBehaviour(result_code="26"),
    "98028": PromptBehaviour(result_code="2028"),
    "98031": PromptBehaviour(result_code="1031"),
    "98032": PromptBehaviour(result_code="1032"),
    "98036": PromptBehaviour(result_code="1036"),
    "98037": PromptBehaviour(result_code="1037", answered_after_s=60),
    "98038": PromptBehaviour(result_code="1037", moved=True),
    "98039": PromptBehaviour(result_code="9999", moved=True),
    "98077": PromptBehaviour(result_code="7777"),
    "98086": PromptBehaviour(result_code="8006"),
    "98099": PromptBehaviour(result_code="9999"),
}
CALLBACKS = {
    "98201": PromptBehaviour(delivery=Delivery.LOST),
    "98202": PromptBehaviour(delivery=Delivery.FIVE_TIMES),
    "98203": PromptBehaviour(delivery=Delivery.EARLY),
    "98204": PromptBehaviour(delivery=Delivery.LATE),
    "98205": PromptBehaviour(delivery=Delivery.FAIL_AFTER_SUCCESS),
    "98206": PromptBehaviour(delivery=Delivery.SUCCESS_AFTER_FAIL),
    "98207": PromptBehaviour(delivery=Delivery.LOST, result_code="1032"),
    "98208": PromptBehaviour(bare=True),
    "98209": PromptBehaviour(phone=Phone.MASKED),
    "98210": PromptBehaviour(phone=Phone.ABSENT),
    "98211": PromptBehaviour(delivery=Delivery.LOST, confirmation=Confirmation.LOST),
}
ANSWERS = {
    "98301": PromptBehaviour(answer=Answer.LOST),
    "98302": PromptBehaviour(answer=Answer.DROPPED, accepted=False, answer_requests_max=1),
    "98303": PromptBehaviour(answer=Answer.HANG),
    "98304": PromptBehaviour(answer=Answer.SLOW),
    "98305": PromptBehaviour(answer=Answer.TOO_MANY, accepted=False, answer_requests_max=1),
    "98306": PromptBehaviour(answer=Answer.SPIKE, accepted=False, answer_requests_max=1),
    "98307": PromptBehaviour(accepted=False, refusal=LOCKED, answer_requests_max=1),
    "98308": PromptBehaviour(accepted=False, refusal=NO_MERCHANT),
    "98309": PromptBehaviour(accepted=False, refusal=WRONG_CREDENTIALS),
    "98311": PromptBehaviour(answer=Answer.HTML_502, accepted=False, answer_requests_max=1),
    "98316": PromptBehaviour(answer=Answer.EMPTY_ACKNOWLEDGEMENT),
    "98320": PromptBehaviour(answer=Answer.INTERNAL_ERROR),
}
TIMING = {
    "98401": PromptBehaviour(answered_after_s=60, waiting=Waiting.PROCESSING),
    "98402": PromptBehaviour(answered_after_s=60, waiting=Waiting.IN_FLIGHT),
    "98403": PromptBehaviour(answered_after_s=60, waiting=Waiting.UNKNOWN_FIRST),
}
CONFIRMED = {
    "98501": PromptBehaviour(confirmation=Confirmation.LOST),
    "98502": PromptBehaviour(confirmation=Confirmation.FIVE_TIMES),
    "98503": PromptBehaviour(confirmation=Confirmation.LATE),
    "98504": PromptBehaviour(confirmation=Confirmation.FIRST),
}

SCRIPTS: dict[str, PromptBehaviour] = RESULTS | CALLBACKS | ANSWERS | TIMING | CONFIRMED


def script_of(msisdn: str) -> PromptBehaviour | None:
    """The payer's script, or None for one who simply pays."""
    return SCRIPTS.get(msisdn[-SCRIPT_DIGITS:])
