"""The number of a statement stands on the statement, no longer on the total it was made from."""

from django.db import migrations

GIVE_BACK = """
UPDATE billing_runtotal AS total SET statement_number = statement.number
FROM billing_statement AS statement
WHERE statement.run_id = total.run_id AND statement.municipality_id = total.municipality_id
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0007_take_over_release_0_1")]
    operations = [
        migrations.RemoveConstraint("runtotal", "billing_statement_number_once"),
        migrations.RunSQL(migrations.RunSQL.noop, GIVE_BACK),
        migrations.RemoveField("runtotal", "statement_number"),
    ]
