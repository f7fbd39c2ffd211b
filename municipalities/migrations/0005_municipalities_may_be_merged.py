"""A municipality that was merged names its successor, and the day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0004_readings_of_public_drivers_may_be_own")]

    operations = [
        migrations.AddField(
            model_name="municipality",
            name="merged_on",
            field=models.DateField("merged on", null=True, blank=True),
        ),
        migrations.AddField(
            model_name="municipality",
            name="successor",
            field=models.ForeignKey(
                "municipalities.municipality",
                models.PROTECT,
                null=True,
                blank=True,
                related_name="predecessors",
                verbose_name="merged into",
                help_text="The municipality that it is part of since then.",
            ),
        ),
        migrations.AddConstraint(
            model_name="municipality",
            constraint=models.CheckConstraint(
                condition=models.Q(successor=None, merged_on=None)
                | models.Q(successor__isnull=False, merged_on__isnull=False),
                name="municipalities_municipality_merged_whole",
                violation_error_message="Say both: what it was merged into, and when.",
            ),
        ),
        migrations.AddConstraint(
            model_name="municipality",
            constraint=models.CheckConstraint(
                condition=~models.Q(successor=models.F("id")),
                name="municipalities_municipality_merged_into_other",
                violation_error_message="A municipality is not merged into itself.",
            ),
        ),
    ]
