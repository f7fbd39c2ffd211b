"""Runs, their lines and shares carry their cooperation, like every row of one."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

FILL = """
UPDATE billing_run AS run SET cooperation_id = period.cooperation_id
FROM billing_period AS period WHERE period.id = run.period_id;
UPDATE billing_runline AS line SET cooperation_id = run.cooperation_id FROM billing_run AS run WHERE run.id = line.run_id;
UPDATE billing_share AS share SET cooperation_id = run.cooperation_id FROM billing_run AS run WHERE run.id = share.run_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
FIELDS: dict[str, dict[str, Any]] = {
    "run": {"verbose_name": "cooperation"},
    "runline": {"verbose_name": "cooperation"},
    "share": {"db_constraint": False, "db_index": False},
}


def cooperation(name: str, *, null: bool) -> models.ForeignKey:
    return models.ForeignKey(
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="municipalities.cooperation",
        **FIELDS[name],
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [
        *(migrations.AddField(name, "cooperation", cooperation(name, null=True)) for name in FIELDS),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        *(migrations.AlterField(name, "cooperation", cooperation(name, null=False)) for name in FIELDS),
        migrations.AlterField(
            "runtotal",
            "cooperation",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="municipalities.cooperation",
                verbose_name="cooperation",
            ),
        ),
    ]
