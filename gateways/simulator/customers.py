"""Customers and businesses with a scripted outcome, by the last five digits of their number.

Every other number is simply paid. docs/simulator.md has the same table in words.
"""

from gateways.simulator.behaviour import FLOAT_SHORT, THROTTLED, Answer, Behaviour, Delivery, Fate

SCRIPT_DIGITS = 5
SHORTCODE_DIGITS_MAX = 7

RESULTS = {
    "99000": Behaviour(delay_s=0),
    "99001": Behaviour(result_code=FLOAT_SHORT, until_top_up=True),
    "99003": Behaviour(result_code="SFC_IC0003"),
    "99004": Behaviour(result_code="4"),
    "99008": Behaviour(result_code="8"),
    "99015": Behaviour(result_code="15", moved=True),
    "99016": Behaviour(result_code="15"),
    "99017": Behaviour(result_code="17"),
    "99018": Behaviour(result_code="17", moved=True),
    "99021": Behaviour(result_code="21"),
    "99026": Behaviour(result_code="26"),
    "99027": Behaviour(result_code="26", moved=True),
    "99028": Behaviour(result_code="2028"),
    "99040": Behaviour(result_code="2040"),
    "99047": Behaviour(result_code="47"),
    "99051": Behaviour(result_code="2051"),
    "99077": Behaviour(result_code="7777"),
    "99078": Behaviour(result_code="7777", result_attempts_max=1),
    "99101": Behaviour(result_code=THROTTLED, result_attempts_max=1),
    "99102": Behaviour(result_code=THROTTLED, result_attempts_max=2),
    "99103": Behaviour(result_code=THROTTLED),
}

CALLBACKS = {
    "99201": Behaviour(delivery=Delivery.LOST),
    "99202": Behaviour(delivery=Delivery.FIVE_TIMES),
    "99203": Behaviour(delivery=Delivery.EARLY),
    "99204": Behaviour(delivery=Delivery.LATE),
    "99205": Behaviour(delivery=Delivery.FAIL_AFTER_SUCCESS),
    "99206": Behaviour(delivery=Delivery.SUCCESS_AFTER_FAIL),
    "99207": Behaviour(delivery=Delivery.LOST, result_code="2040"),
    "99211": Behaviour(delivery=Delivery.TIMEOUT_WRAPPED, execute_after_s=20),
    "99212": Behaviour(delivery=Delivery.TIMEOUT_WRAPPED, fate=Fate.FORGOTTEN),
    "99213": Behaviour(delivery=Delivery.TIMEOUT_WRAPPED, fate=Fate.EXPIRED),
    "99214": Behaviour(delivery=Delivery.TIMEOUT_WRAPPED, fate=Fate.CANCELLED),
    "99215": Behaviour(delivery=Delivery.TIMEOUT_ECHO, execute_after_s=20),
    "99216": Behaviour(delivery=Delivery.TIMEOUT_ECHO, fate=Fate.FORGOTTEN),
}

ANSWERS = {
    "99301": Behaviour(answer=Answer.LOST),
    "99302": Behaviour(answer=Answer.DROPPED, accepted=False, answer_requests_max=1),
    "99303": Behaviour(answer=Answer.HANG),
    "99304": Behaviour(answer=Answer.SLOW),
    "99305": Behaviour(answer=Answer.TOO_MANY, accepted=False, answer_requests_max=2),
    "99306": Behaviour(answer=Answer.SPIKE, accepted=False, answer_requests_max=2),
    "99307": Behaviour(answer=Answer.QUOTA, accepted=False, answer_requests_max=1),
    "99308": Behaviour(answer=Answer.BUSY, accepted=False, answer_requests_max=1),
    "99309": Behaviour(answer=Answer.BUSY),
    "99310": Behaviour(answer=Answer.FIREWALL_503, accepted=False, answer_requests_max=1),
    "99311": Behaviour(answer=Answer.HTML_502, accepted=False, answer_requests_max=1),
    "99312": Behaviour(answer=Answer.HTML_502),
    "99313": Behaviour(answer=Answer.HTML_200, accepted=False, answer_requests_max=1),
    "99314": Behaviour(answer=Answer.HTML_200),
    "99315": Behaviour(answer=Answer.EMPTY_ACKNOWLEDGEMENT, accepted=False, answer_requests_max=1),
    "99316": Behaviour(answer=Answer.EMPTY_ACKNOWLEDGEMENT),
    "99317": Behaviour(answer=Answer.TRUNCATED, accepted=False, answer_requests_max=1),
    "99318": Behaviour(answer=Answer.TRUNCATED),
    "99319": Behaviour(answer=Answer.INTERNAL_ERROR, accepted=False, answer_requests_max=1),
    "99320": Behaviour(answer=Answer.INTERNAL_ERROR),
    "99321": Behaviour(answer=Answer.MAINTENANCE, accepted=False, answer_requests_max=1),
    "99322": Behaviour(answer=Answer.WRONG_TYPE),
}

TIMING = {
    "99401": Behaviour(execute_after_s=60, hidden=True),
    "99402": Behaviour(answer=Answer.LOST, execute_after_s=60, hidden=True),
    "99403": Behaviour(execute_after_s=600),
    "99404": Behaviour(fate=Fate.PENDING, delivery=Delivery.LOST),
    "99405": Behaviour(fate=Fate.FORGOTTEN, delivery=Delivery.LOST),
}

STATUS = {
    "99501": Behaviour(delivery=Delivery.LOST, status_results_lost=2),
    "99502": Behaviour(delivery=Delivery.LOST, status_not_found=1),
}

# A shortcode in place of a phone: the same digits, and results that only B2B has.
BUSINESS = (
    CALLBACKS
    | ANSWERS
    | TIMING
    | STATUS
    | {
        "99000": Behaviour(delay_s=0),
        "99001": Behaviour(result_code=FLOAT_SHORT, until_top_up=True),
        "99003": Behaviour(result_code="SFC_IC0003"),
        "99005": Behaviour(result_code="1005"),
        "99007": Behaviour(result_code="2007"),
        "99017": Behaviour(result_code="17"),
        "99018": Behaviour(result_code="17", moved=True),
        "99021": Behaviour(result_code="21"),
        "99028": Behaviour(result_code="2028"),
        "99101": Behaviour(result_code=THROTTLED, result_attempts_max=1),
        "99103": Behaviour(result_code=THROTTLED),
        "99207": Behaviour(delivery=Delivery.LOST, result_code="2007"),
    }
)

SCRIPTS: dict[str, Behaviour] = RESULTS | CALLBACKS | ANSWERS | TIMING | STATUS


def script_of(msisdn: str) -> Behaviour | None:
    """The script of a customer or business, or None for one that is simply paid."""
    scripts = SCRIPTS if len(msisdn) > SHORTCODE_DIGITS_MAX else BUSINESS
    return scripts.get(msisdn[-SCRIPT_DIGITS:])
