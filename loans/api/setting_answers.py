"""What the API says of a partner's Mifos X and its loan products, and the bodies it takes."""

from rest_framework import serializers

from disbursements.api.amounts import ExactTaken, UnitsAnswered
from disbursements.api.answers import PartnerSerializer
from disbursements.api.fields import ID_EXAMPLE, Id, Text, Whole, Yes
from vault.api.bodies import StrictSerializer

EXAMPLES = {
    "reason": '"agreed with the partner on 3 March"', "minAmount": "1000", "maxAmount": "50000",
    "enabled": "true", "autoApprove": "true", "dailyCountMax": "20", "dailyAmountMax": "500000",
    "productName": '"Business loan"', "partner": f'"{ID_EXAMPLE}"', "currency": '"KES"',
}  # fmt: skip


class FindingSerializer(serializers.Serializer):
    """One thing that the test of a connection found."""

    what = serializers.CharField(help_text="Such as server, user, permission DISBURSE_LOAN")
    ok = serializers.BooleanField()
    stops = serializers.BooleanField(help_text="Loans cannot be paid until it is mended")
    text = serializers.CharField()
    whatToDo = serializers.CharField(allow_blank=True)  # noqa: N815 - the wire's name


class ConnectionSerializer(serializers.Serializer):
    """A partner's Mifos X. Its password is never told."""

    id = serializers.UUIDField()
    partner = PartnerSerializer()
    host = serializers.CharField()
    tenant = serializers.CharField()
    username = serializers.CharField()
    version = serializers.CharField(allow_blank=True, help_text="Empty: not known")
    timeZone = serializers.CharField()  # noqa: N815
    paymentType = serializers.CharField()  # noqa: N815
    shortcode = serializers.CharField(allow_null=True, help_text="What loans are paid from")
    requestsPerMinute = serializers.IntegerField()  # noqa: N815
    isMifosConfigured = serializers.BooleanField()  # noqa: N815
    mifosAutoDisbursementEnabled = serializers.BooleanField()  # noqa: N815
    confirmedBy = serializers.CharField(allow_null=True)  # noqa: N815
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="What keeps its loans from being paid"
    )
    trouble = serializers.CharField(allow_blank=True)
    notBefore = serializers.DateTimeField(  # noqa: N815
        allow_null=True, help_text="It is left alone until then"
    )
    lastSyncAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    nextSyncAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    checkedAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    findings = FindingSerializer(many=True, help_text="Of the latest test")


class ConnectionAnswer(serializers.Serializer):
    """Answer of GET /api/mifos/connection."""

    success = serializers.BooleanField()
    connection = ConnectionSerializer()


class CheckedAnswer(ConnectionAnswer):
    """Answer of POST /api/mifos/connection/check."""

    inOrder = serializers.BooleanField()  # noqa: N815
    whatFollows = serializers.CharField(  # noqa: N815
        allow_null=True, help_text="What it means for its loans where something is missing"
    )


class ConnectionNamedSerializer(StrictSerializer):
    """Whose; the body may be left out by a partner's own."""

    partner = Id(required=False)


class ProductSerializer(serializers.Serializer):
    """What is paid of a loan product by itself. Amounts are shillings that clients receive."""

    partner = PartnerSerializer()
    productId = serializers.IntegerField(help_text="Its id in Mifos X")  # noqa: N815
    productName = serializers.CharField(allow_blank=True)  # noqa: N815
    currency = serializers.CharField()
    enabled = serializers.BooleanField()
    autoApprove = serializers.BooleanField(  # noqa: N815
        help_text="false: each loan waits for a person"
    )
    minAmount = UnitsAnswered()  # noqa: N815
    maxAmount = UnitsAnswered()  # noqa: N815
    dailyCountMax = serializers.IntegerField(allow_null=True)  # noqa: N815
    dailyAmountMax = UnitsAnswered(allow_null=True)  # noqa: N815


class ProductAnswer(serializers.Serializer):
    """Answer of GET and PUT /api/mifos/products/{productId}."""

    success = serializers.BooleanField()
    product = ProductSerializer()


class ProductsAnswer(serializers.Serializer):
    """Answer of GET /api/mifos/products."""

    success = serializers.BooleanField()
    products = ProductSerializer(many=True)


class ProductSetSerializer(StrictSerializer):
    """The whole of a product's settings: what is left out is as here."""

    partner = Id(required=False)
    productName = Text(required=False, default="")  # noqa: N815
    currency = Text(required=False, default="KES")
    enabled = Yes(required=False, default=False)
    autoApprove = Yes(required=False, default=False)  # noqa: N815
    minAmount = ExactTaken()  # noqa: N815
    maxAmount = ExactTaken()  # noqa: N815
    dailyCountMax = Whole(required=False, allow_null=True, default=None)  # noqa: N815
    dailyAmountMax = ExactTaken(required=False, allow_null=True, default=None)  # noqa: N815
    reason = Text(help_text="Why: 8 to 500 characters, kept for ever")
