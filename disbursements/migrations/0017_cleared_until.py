"""When an origin that looks before each send has looked. Nothing is written to any row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disbursements", "0016_stripe_codes")]
    operations = [
        migrations.AddField(
            model_name="disbursementrequest",
            name="cleared_until",
            field=models.DateTimeField(
                help_text="Not sent after this moment until its origin has cleared it again",
                null=True,
            ),
        ),
    ]
