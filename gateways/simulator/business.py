"""What is different when a business is paid: verdict, money, result (daraja.md 4)."""

from gateways.simulator import identifiers, results
from gateways.simulator.behaviour import FLOAT_SHORT
from gateways.simulator.payment import Payment
from gateways.simulator.results import INTERNAL_TIMEOUT_URL, Parameters, Shape
from gateways.simulator.world import World

PAYBILL, TILL = "4", "2"
TILL_START = "5"
WRONG_RECEIVER = "SFC_IC0003"
EXAMPLE_NAMES = ("Example Landlords", "Sample Court", "Specimen Homes", "Example Towers")


def refusal(world: World, payment: Payment) -> str | None:
    """The code of a payment that cannot be: here, numbers that begin with 5 are tills."""
    expected = TILL if payment.msisdn.startswith(TILL_START) else PAYBILL
    if payment.receiver_type != expected:
        return WRONG_RECEIVER
    if world.wallets.of(payment.shortcode).working < payment.amount:
        return FLOAT_SHORT
    return None


def public_name(world: World, payment: Payment) -> str:
    """`600222 - Example Landlords`."""
    name = world.registered_name(payment.msisdn, else_of=EXAMPLE_NAMES)
    return results.public_name(payment.msisdn, name)


def paid_parameters(world: World, payment: Payment, shape: Shape) -> Parameters:
    """The parameters of a paid result; balances come as a text that only looks like JSON."""
    wallet = world.wallets.of(payment.shortcode)
    stamp = identifiers.digits_stamp(payment.finished_at or payment.accepted_at)
    balance = (
        f"{{Amount={{CurrencyCode=KES, MinimumAmount={wallet.working * 100}, "
        f"BasicAmount={wallet.working}.00}}}}"
    )
    return [
        ("DebitAccountBalance", balance),
        ("Amount", shape.amount(payment.amount)),
        ("DebitPartyAffectedAccountBalance", f"Working Account|KES|{wallet.working}.00|0.00|0.00"),
        ("TransCompletedTime", stamp if shape.turns(0.5) else int(stamp)),
        ("DebitPartyCharges", "" if shape.turns(0.3) else f"Fee|KES|{payment.charge}.00"),
        ("ReceiverPartyPublicName", public_name(world, payment)),
        ("Currency", "KES"),
        ("InitiatorAccountCurrentBalance", balance),
    ]


def references(payment: Payment) -> tuple[tuple[str, str], ...]:
    """What the receiver books it under, and the provider's own address."""
    bill = (("BillReferenceNumber", payment.account),) if payment.account else ()
    return (*bill, ("QueueTimeoutURL", INTERNAL_TIMEOUT_URL))
