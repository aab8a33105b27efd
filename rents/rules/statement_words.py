"""What a statement says, in English and in Swahili."""

from dataclasses import dataclass

from rents.rules.statement_lines import LineKind, StatementLine

ENGLISH, SWAHILI = "en", "sw"


@dataclass(frozen=True, kw_only=True)
class Words:
    """Headings and labels of one language."""

    title: str
    for_whom: str
    period: str
    opening: str
    received: str
    fee: str
    corrections: str
    handed_over: str
    paid_out: str
    closing: str
    on_its_way: str
    date: str
    receipt: str
    what: str
    owed: str
    balance: str
    total: str
    nothing: str
    paid_on: str
    one_rent_in_it: str
    rents_in_it: str
    and_more: str
    page: str
    printed: str
    kinds: dict[LineKind, str]


IN = {
    ENGLISH: Words(
        title="Statement of rent", for_whom="For", period="Period", opening="Opening balance",
        received="Rent received", fee="Fee kept", corrections="Corrections",
        handed_over="Had already, as with cash", paid_out="Paid out to you",
        closing="Closing balance", on_its_way="of which on its way to you",
        date="Date", receipt="Receipt", what="What", owed="Owed to you", balance="Balance",
        total="Total", nothing="Nothing was received or paid out in this period.",
        paid_on="paid {day}", one_rent_in_it="1 rent: {receipts}",
        rents_in_it="{count} rents: {receipts}", and_more="and {count} more",
        page="Page {number} of {count}", printed="Printed {moment}",
        kinds={
            LineKind.RENT: "Rent", LineKind.TAKEN_BACK: "Taken back", LineKind.FORWARD: "Paid out",
            LineKind.FORWARD_REVERSED: "A transfer came back", LineKind.OTHER: "Correction",
            LineKind.HANDED_OVER: "Had already, as with cash",
        },
    ),
    SWAHILI: Words(
        title="Taarifa ya kodi", for_whom="Kwa", period="Kipindi", opening="Salio la mwanzo",
        received="Kodi iliyopokelewa", fee="Ada iliyokatwa", corrections="Marekebisho",
        handed_over="Ulizopokea tayari, kama taslimu", paid_out="Ulizolipwa",
        closing="Salio la mwisho", on_its_way="kati yake zilizo njiani kwako",
        date="Tarehe", receipt="Risiti", what="Maelezo", owed="Stahili yako", balance="Salio",
        total="Jumla", nothing="Hakuna kilichopokelewa wala kulipwa katika kipindi hiki.",
        paid_on="ililipwa {day}", one_rent_in_it="kodi 1: {receipts}",
        rents_in_it="kodi {count}: {receipts}", and_more="na nyingine {count}",
        page="Ukurasa {number} kati ya {count}", printed="Imechapishwa {moment}",
        kinds={
            LineKind.RENT: "Kodi", LineKind.TAKEN_BACK: "Imeondolewa",
            LineKind.FORWARD: "Malipo kwako", LineKind.FORWARD_REVERSED: "Malipo yamerudi",
            LineKind.HANDED_OVER: "Ulipokea tayari, kama taslimu", LineKind.OTHER: "Marekebisho",
        },
    ),
}  # fmt: skip


def words(language: str) -> Words:
    """The words of the language; English for one that is not known."""
    return IN.get(language, IN[ENGLISH])


def subject(line: StatementLine, said: Words) -> str:
    """What a line is about: `Sunset Apartments, A3, Amina Example`, else what happened."""
    place = ", ".join(text for text in (line.property_name, line.unit, line.tenant_name) if text)
    if line.kind is LineKind.RENT:
        return place or said.kinds[line.kind]
    if line.kind is LineKind.OTHER and line.note:
        return f"{said.kinds[line.kind]}: {line.note}"
    return f"{said.kinds[line.kind]}: {place}" if place else said.kinds[line.kind]


def parts_in_words(line: StatementLine, said: Words, *, named_max: int) -> str:
    """`3 rents: SKA…, SKB…, SKC…`; the first `named_max` of many. Empty where there are none."""
    if not line.parts:
        return ""
    receipts = [part.receipt for part in line.parts[:named_max]]
    if more := len(line.parts) - len(receipts):
        receipts.append(said.and_more.format(count=more))
    said_of = said.one_rent_in_it if len(line.parts) == 1 else said.rents_in_it
    return said_of.format(count=len(line.parts), receipts=", ".join(receipts))
