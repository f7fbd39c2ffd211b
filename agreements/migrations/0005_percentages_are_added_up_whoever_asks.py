"""The percentages of a version are added up as it ends the transaction, with the eyes of the owner."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("agreements", "0004_percentages_are_looked_up_in_public")]

    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION agreements_check_percentages() SECURITY DEFINER",
            "ALTER FUNCTION agreements_check_percentages() SECURITY INVOKER",
        )
    ]
