"""Our answer to a payment that waits for it, in Daraja's words (daraja.md 5.4)."""

from gateways.interface import Refusal, Verdict

REJECT_CODES = {
    Refusal.PHONE: "C2B00011",
    Refusal.ACCOUNT: "C2B00012",
    Refusal.AMOUNT: "C2B00013",
    Refusal.PERSON: "C2B00014",
    Refusal.SHORTCODE: "C2B00015",
    Refusal.OTHER: "C2B00016",
}


def reply(verdict: Verdict) -> dict[str, str]:
    """The JSON that M-Pesa waits for; `ThirdPartyTransID` comes back in the confirmation."""
    if verdict.refusal is not None:
        return {"ResultCode": REJECT_CODES[verdict.refusal], "ResultDesc": "Rejected"}
    accepted = {"ResultCode": "0", "ResultDesc": "Accepted"}
    if verdict.our_reference:
        accepted["ThirdPartyTransID"] = verdict.our_reference
    return accepted
