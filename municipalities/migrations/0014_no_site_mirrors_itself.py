"""A site that could take over from itself would seem to have redundancy. Where one was, it says so no more."""

from django.db import migrations

REMOVE = "DELETE FROM municipalities_site_mirrors WHERE from_site_id = to_site_id"
CHECK = """
ALTER TABLE municipalities_site_mirrors
    ADD CONSTRAINT municipalities_site_mirrors_another CHECK (from_site_id <> to_site_id)
"""
UNDO = "ALTER TABLE municipalities_site_mirrors DROP CONSTRAINT municipalities_site_mirrors_another"


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0013_suppliers_are_rows")]

    operations = [
        migrations.RunSQL(REMOVE, migrations.RunSQL.noop),
        migrations.RunSQL(CHECK, UNDO),
    ]
