"""How prompts end (daraja.md 2.4). The other side is the payer, not a payee.

`never` and `backoff` are about prompting again by ourselves: a payer may always be asked by a
person. A prompt that failed can still prove paid: the confirmation, Pull or the statement decide.
"""

from gateways.daraja.codes import advice as do
from gateways.daraja.codes.advice import Advice
from gateways.daraja.codes.advice import CodeRow as Row

PAYER = do.PAYEE  # the table has one word for the person on the other side

# Faults on our side that every prompt of the shortcode would meet.
WHOLE_SHORTCODE = {"8", "2028", "SFC_IC0003"}

_WAIT = (
    "Wait: we ask M-Pesa and look for the payment. Do not prompt again meanwhile.",
    "Subiri: tunauliza M-Pesa na kutafuta malipo. Usitume ombi lingine kwa sasa.",
)
_WE_ASK = Advice(do.PROVIDER, *_WAIT)
_WE_ASK_UNCLEAR = Advice(do.UNKNOWN, *_WAIT)
_TOP_UP = Advice(
    PAYER,
    "Ask the payer to put money into M-Pesa, then prompt again.",
    "Mwombe mlipaji aweke pesa kwenye M-Pesa, kisha tuma ombi tena.",
)
_AMOUNT = Advice(
    do.OURS,
    "Prompt for another amount: from KES 1 to KES 250,000, in several prompts where it is more.",
    "Tuma ombi la kiasi kingine: kuanzia KES 1 hadi KES 250,000; kikizidi, gawanya kwa maombi "
    "kadhaa.",
)
_DAY_LIMIT = Advice(
    PAYER,
    "The payer pays tomorrow, a smaller amount today, or by bank.",
    "Mlipaji alipe kesho, kiasi kidogo leo, au kupitia benki.",
)
_CEILING = Advice(
    do.OURS,
    "Move money out of our paybill or till on the M-Pesa portal, then prompt again.",
    "Toa pesa kwenye paybill au till yetu katika tovuti ya M-Pesa, kisha tuma ombi tena.",
)
_TWO_MINUTES = Advice(
    PAYER,
    "Check whether the payer has just paid this amount. If not, prompt again after two minutes.",
    "Hakikisha kama mlipaji amelipa kiasi hiki sasa hivi. Kama sivyo, tuma ombi tena baada ya "
    "dakika mbili.",
)
_LINE_BUSY = Advice(
    PAYER,
    "Ask the payer to end the other M-Pesa session on the phone, then prompt again after three "
    "minutes.",
    "Mwombe mlipaji afunge huduma nyingine ya M-Pesa kwenye simu, kisha tuma ombi tena baada ya "
    "dakika tatu.",
)
_AGAIN = Advice(
    PAYER,
    "Agree with the payer, then prompt again.",
    "Kubaliana na mlipaji, kisha tuma ombi tena.",
)
_LATER = Advice(
    do.PROVIDER,
    "Prompt again in some minutes.",
    "Tuma ombi tena baada ya dakika chache.",
)
_SAID_NO = Advice(
    PAYER,
    "Talk with the payer: only the payer decides about another prompt.",
    "Zungumza na mlipaji: ni mlipaji pekee anayeamua kama ombi lingine litumwe.",
)
_PHONE = Advice(
    PAYER,
    "Ask the payer to switch the phone on and unlock it, then prompt again.",
    "Mwombe mlipaji awashe simu na kuifungua, kisha tuma ombi tena.",
)
_PIN = Advice(
    PAYER,
    "The payer enters the right M-Pesa PIN at the next prompt; wrong ones lock the wallet.",
    "Mlipaji aweke PIN sahihi ya M-Pesa kwenye ombi lijalo; PIN zisizo sahihi hufunga akaunti.",
)
_LOCKED = Advice(
    PAYER,
    "The payer calls Safaricom customer care to have the M-Pesa PIN unlocked.",
    "Mlipaji apigie huduma kwa wateja ya Safaricom ili PIN yake ya M-Pesa ifunguliwe.",
)
_SET_UP = Advice(
    do.OURS,
    "Check under Shortcodes whether the number is a paybill or a till, and the number it acts "
    "under.",
    "Kagua kwenye Shortcodes kama nambari ni paybill au till, na nambari inayotumika kuiombea.",
)

ROWS: tuple[Row, ...] = (
    Row("0", "The payer paid.", "Mlipaji amelipa.", do.PAID, do.NOTHING),
    Row("1", "The payer's M-Pesa holds too little.",
        "Akaunti ya M-Pesa ya mlipaji haina pesa za kutosha.", do.LATER, _TOP_UP),
    Row("2", "The amount is below the minimum of KES 1.",
        "Kiasi kiko chini ya kiwango cha chini cha KES 1.", do.NEVER, _AMOUNT),
    Row("3", "The amount is above the maximum of KES 250,000.",
        "Kiasi kimezidi kiwango cha juu cha KES 250,000.", do.NEVER, _AMOUNT),
    Row("4", "The payer reached the daily limit.", "Mlipaji amefikia kikomo cha siku.",
        do.NEXT_DAY, _DAY_LIMIT),
    Row("8", "Our paybill or till cannot hold more money.",
        "Paybill au till yetu haiwezi kupokea pesa zaidi.", do.PERSON, _CEILING),
    Row("17", "The same amount was asked of the same payer within two minutes, or M-Pesa failed.",
        "Kiasi kilekile kiliombwa kwa mlipaji huyohuyo ndani ya dakika mbili, au M-Pesa "
        "ilipata hitilafu.", do.LATER, _TWO_MINUTES),
    Row("26", "M-Pesa is too busy and refused the prompt.",
        "M-Pesa ina shughuli nyingi mno na ilikataa ombi.", do.LATER, _LATER),
    Row("34", "Not a documented code of prompts.", "Msimbo huu haujaelezwa kwa maombi ya malipo.",
        do.ASK, _WE_ASK_UNCLEAR),
    Row("35", "Not a documented code of prompts.", "Msimbo huu haujaelezwa kwa maombi ya malipo.",
        do.ASK, _WE_ASK_UNCLEAR),
    Row("99", "Not a documented code of prompts.", "Msimbo huu haujaelezwa kwa maombi ya malipo.",
        do.ASK, _WE_ASK_UNCLEAR),
    Row("1001", "Another session is open on the payer's line.",
        "Kuna huduma nyingine inayoendelea kwenye laini ya mlipaji.", do.LATER, _LINE_BUSY),
    Row("1019", "The prompt expired.", "Muda wa ombi umeisha.", do.LATER, _AGAIN),
    Row("1025", "The prompt could not be shown on the phone.",
        "Ombi halikuweza kuonyeshwa kwenye simu.", do.LATER, _LATER),
    Row("1031", "The payer cancelled.", "Mlipaji alighairi.", do.NEVER, _SAID_NO),
    Row("1032", "The payer cancelled, or let the prompt lapse.",
        "Mlipaji alighairi, au aliacha muda wa ombi uishe.", do.NEVER, _SAID_NO),
    Row("1036", "It is not known whether the prompt reached the phone.",
        "Haijulikani kama ombi lilifika kwenye simu.", do.ASK, _WE_ASK),
    Row("1037", "The phone could not be reached, or nobody answered in time.",
        "Simu haikupatikana, au hakuna aliyejibu kwa wakati.", do.LATER, _PHONE),
    Row("1101", "The prefix of the prompt's text is invalid.",
        "Mwanzo wa maandishi ya ombi si sahihi.", do.PERSON, do.REQUEST),
    Row("1102", "The authentication text of the prompt is invalid.",
        "Maandishi ya uthibitishaji ya ombi si sahihi.", do.PERSON, do.REQUEST),
    Row("2001", "The payer entered a wrong M-Pesa PIN.",
        "Mlipaji aliweka PIN isiyo sahihi ya M-Pesa.", do.NEVER, _PIN),
    Row("2008", "The payer could not be authenticated.", "Mlipaji hakuthibitishwa.",
        do.NEVER, _PIN),
    Row("2026", "The session on the phone expired.", "Muda wa huduma kwenye simu umeisha.",
        do.LATER, _AGAIN),
    Row("2028", "The kind of our shortcode does not fit the prompt.",
        "Aina ya shortcode yetu hailingani na ombi.", do.PERSON, _SET_UP),
    Row("4999", "The payer has not answered yet.", "Mlipaji bado hajajibu.", do.ASK,
        Advice(PAYER, *_WAIT)),
    Row("8006", "The payer's M-Pesa PIN is locked.", "PIN ya M-Pesa ya mlipaji imefungwa.",
        do.NEVER, _LOCKED),
    Row("9999", "M-Pesa could not say how the prompt ended.",
        "M-Pesa haikuweza kusema ombi liliishaje.", do.ASK, _WE_ASK_UNCLEAR),
    Row("100000100", "M-Pesa could not save the request.", "M-Pesa haikuweza kuhifadhi ombi.",
        do.ASK, _WE_ASK),
    Row("SFC_IC0003", "The receiving shortcode was not found as it was named.",
        "Shortcode inayopokea haikupatikana kama ilivyotajwa.", do.PERSON, _SET_UP),
)  # fmt: skip
