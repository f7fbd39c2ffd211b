"""Shares one by one, read out of their blocks."""

from django.db import migrations

CREATE = """
CREATE VIEW billing_share AS
SELECT block.run_id, block.municipality_id, share.line_id, block.cooperation_id, share.amount_minor,
       (share.amount_minor * 0.01)::numeric(18, 2) AS amount
FROM billing_shareblock AS block
CROSS JOIN LATERAL unnest(block.line_ids, block.amounts_minor) AS share (line_id, amount_minor)
"""
# Arrays are not compressed, which would take longer than writing them, and stay in their row if a page holds it.
STORE = """
ALTER TABLE billing_shareblock
    ALTER line_ids SET STORAGE EXTERNAL,
    ALTER amounts_minor SET STORAGE EXTERNAL,
    SET (toast_tuple_target = 8160)
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [
        migrations.RunSQL(STORE, migrations.RunSQL.noop),
        migrations.RunSQL(CREATE, "DROP VIEW billing_share"),
    ]
