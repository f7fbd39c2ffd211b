"""What an entry is about is found by any part of it, however many entries there are."""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

MAKE = """
CREATE FUNCTION audit_entries_about(asked bigint, one text, other text, most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan SET enable_seqscan = off AS $$
BEGIN
  IF sight_all() OR asked = ANY (sight_cooperations()) THEN
    RETURN QUERY (
      SELECT entry.id FROM audit_entry AS entry
      WHERE (upper(entry.subject) LIKE upper(one) OR upper(entry.subject) LIKE upper(other))
        AND entry.cooperation_id + 0 = asked
      LIMIT most
    ) UNION (
      SELECT named.entry_id FROM audit_personalvalue AS named
      WHERE named.part = 'subject' AND named.cooperation_id + 0 = asked
        AND (upper(named.after) LIKE upper(one) OR upper(named.after) LIKE upper(other))
      LIMIT most
    );
  END IF;
END $$
"""
"""Asks what row security would, itself: behind that, LIKE is no question that an index may answer. The sums
keep the indexes of a cooperation's entries out of it: they would read all of them."""


class Migration(migrations.Migration):
    dependencies = [("audit", "0008_names_of_actors")]

    operations = [
        TrigramExtension(),
        migrations.AddIndex(
            model_name="entry",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("subject"), name="gin_trgm_ops"
                ),
                name="audit_subject",
            ),
        ),
        migrations.AddIndex(
            model_name="personalvalue",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("after"), name="gin_trgm_ops"
                ),
                condition=models.Q(("part", "subject")),
                name="audit_personal_subject",
            ),
        ),
        migrations.RunSQL(MAKE, "DROP FUNCTION audit_entries_about(bigint, text, text, integer)"),
    ]
