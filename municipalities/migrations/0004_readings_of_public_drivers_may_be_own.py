"""A cooperation may keep a reading of a public driver for itself, beside the public one of the same day."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0003_addresses_of_the_set_up_are_taken")]

    operations = [
        migrations.RemoveConstraint(model_name="reading", name="municipalities_reading_once_a_day"),
        migrations.AddConstraint(
            model_name="reading",
            constraint=models.UniqueConstraint(
                fields=["driver", "cooperation", "municipality", "reference_on"],
                name="municipalities_reading_once_a_day",
                nulls_distinct=False,
                violation_error_message=(
                    "There is already a reading for this municipality and date: change that one."
                ),
            ),
        ),
    ]
