"""The result codes that were documented since 0002: those of Stripe."""

from django.db import migrations
from django.utils import timezone

from disbursements.operations.install_rules import install_rules


def install(apps, schema_editor):
    install_rules(at=timezone.now(), table=apps.get_model("disbursements", "ResultCodeRule"))


class Migration(migrations.Migration):
    dependencies = [("disbursements", "0015_stripe_checked")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
