from django.db import migrations, models

LEFT_BEHIND = """
UPDATE billing_run AS run SET superseded_at = now()
WHERE EXISTS (SELECT FROM billing_runline AS line WHERE line.run_id = run.id)
  AND NOT EXISTS (SELECT FROM billing_period AS period WHERE period.current_run_id = run.id)
"""
"""Rows that a stopped worker did not drop: the sweeper does."""


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_share_view")]
    operations = [
        migrations.AddField(
            model_name="run",
            name="superseded_at",
            field=models.DateTimeField(blank=True, db_index=True, null=True, verbose_name="superseded"),
        ),
        migrations.RunSQL(LEFT_BEHIND, migrations.RunSQL.noop),
    ]
