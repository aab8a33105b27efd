"""The documented result codes, as rows that staff may edit."""

from django.db import migrations
from django.utils import timezone

from disbursements.operations.install_rules import install_rules


def install(apps, schema_editor):
    install_rules(at=timezone.now(), table=apps.get_model("disbursements", "ResultCodeRule"))


class Migration(migrations.Migration):
    dependencies = [("disbursements", "0001_initial")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
