"""Stripe platform accounts beside paybills and tills."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vault", "0003_money_in"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="shortcode",
            name="shortcode_kind_known",
        ),
        migrations.AlterField(
            model_name="shortcode",
            name="kind",
            field=models.CharField(
                choices=[("paybill", "Paybill"), ("till", "Till"), ("stripe", "Stripe account")],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="shortcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["paybill", "till", "stripe"])),
                name="shortcode_kind_known",
            ),
        ),
    ]
