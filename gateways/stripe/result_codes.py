"""What Stripe's codes mean and what we do next, as documented (stripe.md 3.2).

Defaults of the table that staff edit, under `api` "stripe". A code that stands in no row is for a
person, never terminal and never tried for ever. `shortcode` scope: our whole platform account.
"""

from gateways.interface import CodeDefault

API = "stripe"
NEVER = ("failed", "never")
LATER = ("failed", "backoff")
PERSON = ("failed", "operator")
ASK = ("unknown", "ask")
WAITS = ("Nothing: we look it up by itself.", "Hakuna la kufanya: tunatafuta wenyewe.")
AGAIN = ("Nothing: it is tried again by itself.", "Hakuna la kufanya: itajaribiwa tena yenyewe.")
WRONG = (
    "Tell whoever runs this system: our request must be put right.",
    "Mjulishe anayeendesha mfumo huu: ombi letu lirekebishwe.",
)
ACCOUNT = (
    "Check the payee's account id, then correct it and pay again.",
    "Kagua kitambulisho cha akaunti ya mpokeaji, kisha rekebisha na ulipe tena.",
)
VERIFY = (
    "The payee finishes verification with Stripe: it goes on by itself then.",
    "Mpokeaji akamilishe uthibitisho kwa Stripe: itaendelea yenyewe baadaye.",
)
KEY = (
    "Check our Stripe key and its permissions, then let the payouts go on.",
    "Kagua ufunguo wetu wa Stripe na ruhusa zake, kisha ruhusu malipo yaendelee.",
)
DASHBOARD = (
    "Look at the Stripe Dashboard or ask Stripe, then let it go on.",
    "Angalia Dashboard ya Stripe au uliza Stripe, kisha ruhusu iendelee.",
)
TOP_UP = (
    "Top up our Stripe balance in this currency: the payouts then go on.",
    "Ongeza salio letu la Stripe kwa sarafu hii: malipo yataendelea.",
)

# code, meaning, meaning in Swahili, verdict, whose side, advice, whole platform or one payment
_Row = tuple[str, str, str, tuple[str, str], str, tuple[str, str], str]
_ROWS: tuple[_Row, ...] = (
    ("balance_insufficient", "Our Stripe balance is too small.",
     "Salio letu la Stripe halitoshi.", PERSON, "ours", TOP_UP, "shortcode"),
    ("401", "Our Stripe key was refused.", "Ufunguo wetu wa Stripe umekataliwa.",
     PERSON, "ours", KEY, "shortcode"),
    ("api_key_expired", "Our Stripe key has expired.", "Ufunguo wetu wa Stripe umeisha muda.",
     PERSON, "ours", KEY, "shortcode"),
    ("platform_api_key_expired", "Our Stripe key has expired.",
     "Ufunguo wetu wa Stripe umeisha muda.", PERSON, "ours", KEY, "shortcode"),
    ("secret_key_required", "A secret key is needed.", "Ufunguo wa siri unahitajika.",
     PERSON, "ours", KEY, "shortcode"),
    ("403", "Our Stripe key lacks a permission.", "Ufunguo wetu wa Stripe hauna ruhusa.",
     PERSON, "ours", KEY, "shortcode"),
    ("testmode_charges_only", "Our Stripe account is not activated.",
     "Akaunti yetu ya Stripe haijaamilishwa.", PERSON, "ours", DASHBOARD, "shortcode"),
    ("platform_account_required", "Connect is not enabled for us.",
     "Hatujawezeshwa kutumia Connect.", PERSON, "ours", DASHBOARD, "shortcode"),
    ("account_invalid", "We have no access to the payee's account.",
     "Hatuna ruhusa kwa akaunti ya mpokeaji.", PERSON, "payee", ACCOUNT, "payment"),
    ("resource_missing", "The payee's account is not known.",
     "Akaunti ya mpokeaji haijulikani.", PERSON, "payee", ACCOUNT, "payment"),
    ("insufficient_capabilities_for_transfer", "The payee's account cannot receive yet.",
     "Akaunti ya mpokeaji bado haiwezi kupokea.", PERSON, "payee", VERIFY, "payment"),
    ("capability_not_active", "The payee's account cannot receive yet.",
     "Akaunti ya mpokeaji bado haiwezi kupokea.", PERSON, "payee", VERIFY, "payment"),
    ("transfers_not_allowed", "Stripe does not allow this transfer.",
     "Stripe hairuhusu malipo haya.", PERSON, "unknown", DASHBOARD, "payment"),
    ("livemode_mismatch", "The key and the account are of different modes.",
     "Ufunguo na akaunti ni vya hali tofauti.", PERSON, "ours", KEY, "payment"),
    ("application_fees_not_allowed", "Stripe refused to move this money.",
     "Stripe imekataa kuhamisha pesa hizi.", PERSON, "unknown", DASHBOARD, "payment"),
    ("anomalous_money_movement_request", "Stripe holds this for a review.",
     "Stripe imeshikilia malipo haya kwa ukaguzi.", PERSON, "provider", DASHBOARD, "payment"),
    ("action_blocked", "Stripe blocked this.", "Stripe imezuia jambo hili.",
     PERSON, "provider", DASHBOARD, "payment"),
    ("approval_required", "Somebody must approve this at Stripe.",
     "Lazima mtu aidhinishe kwenye Stripe.", PERSON, "ours", DASHBOARD, "payment"),
    ("request_blocked", "Stripe blocked the request.", "Stripe imezuia ombi.",
     PERSON, "provider", DASHBOARD, "payment"),
    ("not_allowed_on_standard_account", "It is not possible for this kind of account.",
     "Haiwezekani kwa akaunti ya aina hii.", NEVER, "payee", ACCOUNT, "payment"),
    ("amount_too_small", "The amount is too small.", "Kiasi ni kidogo mno.",
     NEVER, "ours", WRONG, "payment"),
    ("amount_too_large", "The amount is too large.", "Kiasi ni kikubwa mno.",
     NEVER, "ours", WRONG, "payment"),
    ("parameter_unknown", "Our request has a field that Stripe does not know.",
     "Ombi letu lina sehemu ambayo Stripe haijui.", NEVER, "ours", WRONG, "payment"),
    ("parameter_missing", "Our request lacks a field.", "Ombi letu limekosa sehemu.",
     NEVER, "ours", WRONG, "payment"),
    ("parameter_invalid_empty", "A field of our request is empty.",
     "Sehemu ya ombi letu ni tupu.", NEVER, "ours", WRONG, "payment"),
    ("parameter_invalid_integer", "A field of our request is not a whole number.",
     "Sehemu ya ombi letu si nambari kamili.", NEVER, "ours", WRONG, "payment"),
    ("invalid_characters", "Our request has letters that Stripe does not take.",
     "Ombi letu lina herufi zisizokubalika.", NEVER, "ours", WRONG, "payment"),
    ("bad_order", "It could not be sent as it was ordered.",
     "Haikuweza kutumwa kama ilivyoagizwa.", NEVER, "ours", WRONG, "payment"),
    ("rate_limit", "Too many requests in a second.", "Maombi mengi mno kwa sekunde moja.",
     LATER, "ours", AGAIN, "payment"),
    ("lock_timeout", "The account is busy.", "Akaunti ina shughuli.",
     LATER, "provider", AGAIN, "payment"),
    ("idempotency_key_in_use", "The first request is still running.",
     "Ombi la kwanza bado linaendelea.", ASK, "provider", WAITS, "payment"),
    ("idempotency_error", "The key was used for another request: something may be paid.",
     "Ufunguo ulitumika kwa ombi lingine: huenda kuna kilicholipwa.",
     ASK, "ours", WAITS, "payment"),
    ("400", "Stripe refused without a code.", "Stripe imekataa bila msimbo.",
     PERSON, "unknown", DASHBOARD, "payment"),
    ("402", "Stripe refused without a code.", "Stripe imekataa bila msimbo.",
     PERSON, "unknown", DASHBOARD, "payment"),
    ("404", "Stripe does not know the address that we asked.",
     "Stripe haijui anwani tuliyoiuliza.", PERSON, "ours", KEY, "shortcode"),
    ("parameter_invalid_string", "A field of our request has a value that Stripe does not take.",
     "Sehemu ya ombi letu ina thamani isiyokubalika.", NEVER, "ours", WRONG, "payment"),
    ("429", "Too many requests in a second.", "Maombi mengi mno kwa sekunde moja.",
     LATER, "ours", AGAIN, "payment"),
    ("409", "Another request was in the way: something may be paid.",
     "Ombi lingine lilikuwa likiendelea: huenda kuna kilicholipwa.",
     ASK, "provider", WAITS, "payment"),
    ("424", "Something that Stripe depends on failed: it may be paid.",
     "Huduma ambayo Stripe inaitegemea imeshindwa: huenda imelipwa.",
     ASK, "provider", WAITS, "payment"),
    ("200", "The answer says that it went well but cannot be read: it may be paid.",
     "Jibu linasema limefaulu lakini halisomeki: huenda imelipwa.",
     ASK, "provider", WAITS, "payment"),
    ("other_transfer", "The answer names another transfer: it may be paid.",
     "Jibu linataja malipo mengine: huenda imelipwa.", ASK, "provider", WAITS, "payment"),
    ("500", "Internal error at Stripe.", "Hitilafu ya ndani ya Stripe.",
     ASK, "provider", WAITS, "payment"),
    *((status, "Stripe cannot be reached properly: it may be paid.",
       "Stripe haipatikani vizuri: huenda imelipwa.", ASK, "provider", WAITS, "payment")
      for status in ("502", "503", "504")),
)  # fmt: skip

DEFAULTS: tuple[CodeDefault, ...] = tuple(
    CodeDefault(
        api=API, code=code, meaning=meaning, meaning_sw=meaning_sw,
        outcome=verdict[0], next=verdict[1], scope=scope, whose_side=side,
        what_to_do=to_do[0], what_to_do_sw=to_do[1],
    )
    for code, meaning, meaning_sw, verdict, side, to_do, scope in _ROWS
)  # fmt: skip
