"""The accounts of a shortcode and what a payout costs (daraja.md 3.7, 5.2). Whole shillings."""

from dataclasses import dataclass, field

FLOAT_DEFAULT = 5_000_000
WORKING_DEFAULT = 5_000_000

# (up to this amount, the charge to the business)
BUSINESS_TARIFF = (
    (100, 0), (500, 5), (1_000, 10), (1_500, 15), (2_500, 20), (3_500, 25), (5_000, 34),
    (7_500, 42), (10_000, 48), (15_000, 57), (20_000, 62), (25_000, 67), (30_000, 72),
    (35_000, 83), (40_000, 99), (45_000, 103), (250_000, 108),
)  # fmt: skip
TARIFF = ((100, 0), (1_500, 5), (5_000, 9), (20_000, 11), (250_000, 13))


def charge_for(amount: int, *, to_business: bool = False) -> int:
    """What the business is charged for paying out `amount` shillings."""
    tariff = BUSINESS_TARIFF if to_business else TARIFF
    for ceiling, charge in tariff:
        if amount <= ceiling:
            return charge
    return tariff[-1][1]


@dataclass
class Wallet:
    """Three accounts of one shortcode, in shillings; charges run negative."""

    shortcode: str
    utility: int
    working: int = WORKING_DEFAULT
    charges: int = 0
    top_ups: int = 0

    def balance_text(self) -> str:
        """`name|currency|current|available|reserved|uncleared` joined by `&` (daraja.md 5.2)."""
        accounts = (
            ("Working Account", self.working),
            ("Float Account", 0),
            ("Utility Account", self.utility),
            ("Charges Paid Account", self.charges),
            ("Organization Settlement Account", 0),
        )
        return "&".join(
            f"{name}|KES|{amount}.00|{amount}.00|0.00|0.00" for name, amount in accounts
        )


@dataclass
class Wallets:
    """Wallets by shortcode; an unknown one starts with the given float."""

    float_default: int = FLOAT_DEFAULT
    by_shortcode: dict[str, Wallet] = field(default_factory=dict)

    def of(self, shortcode: str) -> Wallet:
        """The shortcode's wallet, opened on first use."""
        if shortcode not in self.by_shortcode:
            self.by_shortcode[shortcode] = Wallet(shortcode, utility=self.float_default)
        return self.by_shortcode[shortcode]

    def pay(self, *, shortcode: str, amount: int) -> int:
        """Take a payout from the utility account; returns the charge."""
        wallet = self.of(shortcode)
        charge = charge_for(amount)
        wallet.utility -= amount
        wallet.charges -= charge
        return charge

    def pay_business(self, *, shortcode: str, amount: int) -> int:
        """Take a payout to a business from the working account; returns the charge."""
        wallet = self.of(shortcode)
        charge = charge_for(amount, to_business=True)
        wallet.working -= amount
        wallet.charges -= charge
        return charge

    def receive(self, *, shortcode: str, amount: int) -> Wallet:
        """Put `amount` shillings from a payer into the working account."""
        wallet = self.of(shortcode)
        wallet.working += amount
        return wallet

    def top_up(self, *, shortcode: str, amount: int) -> Wallet:
        """Put `amount` shillings into the utility account."""
        wallet = self.of(shortcode)
        wallet.utility += amount
        wallet.top_ups += 1
        return wallet
