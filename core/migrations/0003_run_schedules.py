"""Running a schedule by hand, and since when each schedule is to run."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_saved_views_and_job_runs"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="jobrun",
            options={
                "permissions": [("run_jobrun", "May run a schedule now")],
                "verbose_name": "schedule",
            },
        ),
        migrations.AddField(
            model_name="jobrun",
            name="listed_at",
            field=models.DateTimeField(help_text="Since when it is to run", null=True),
        ),
        migrations.AlterField(
            model_name="jobrun",
            name="started_at",
            field=models.DateTimeField(help_text="Empty: it never ran", null=True),
        ),
    ]
