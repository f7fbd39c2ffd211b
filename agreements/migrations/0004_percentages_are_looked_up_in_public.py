"""No table of a session stands before those that the percentages are added up in."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("agreements", "0003_terms_may_charge_after_leaving")]

    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION agreements_check_percentages() SET search_path = public, pg_temp",
            "ALTER FUNCTION agreements_check_percentages() RESET search_path",
        )
    ]
