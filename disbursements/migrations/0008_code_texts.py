"""What happened, whose side and what to do, in both languages, for the codes as shipped.

About a hundred rows: no lock that anybody notices.
"""

from django.db import migrations

from disbursements.operations.install_rules import fill_texts


def fill(apps, schema_editor):
    fill_texts(table=apps.get_model("disbursements", "ResultCodeRule"))


class Migration(migrations.Migration):
    dependencies = [("disbursements", "0007_tallies_filled")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
