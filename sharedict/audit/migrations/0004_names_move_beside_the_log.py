"""What entries say of persons moves beside them: from there it is erased when somebody asks to be forgotten.

The log itself is only added to, so its trigger is lifted for this one change: afterwards nothing in it is about
a person by name. Whose the values are is looked up as far as that is still known: the user of a role stands in
the role, or in what was logged when it was added or removed. All in a few statements, for logs of any length.
"""

from django.db import migrations

LIFT = ["SET CONSTRAINTS ALL IMMEDIATE", "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_stays"]
PUT_BACK = ["SET CONSTRAINTS ALL IMMEDIATE", "ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_stays"]
COLUMNS = "('username', 'email', 'first_name', 'last_name')"

ACTORS = """
INSERT INTO audit_personalvalue (entry_id, cooperation_id, part, user_id, before, after)
SELECT id, cooperation_id, 'actor', user_id, '', actor FROM audit_entry WHERE user_id IS NOT NULL
"""
SUBJECTS = """
INSERT INTO audit_personalvalue (entry_id, cooperation_id, part, user_id, before, after)
WITH logged AS (
  SELECT DISTINCT ON (subject_id) subject_id, coalesce(nullif(changes->'user'->>1, ''), changes->'user'->>0) AS pk
  FROM audit_entry WHERE subject_type = 'municipalities.role' AND changes ? 'user' ORDER BY subject_id, id DESC
)
SELECT entry.id, entry.cooperation_id, 'subject', person.id, '', entry.subject
FROM audit_entry AS entry
LEFT JOIN municipalities_role AS role ON subject_type = 'municipalities.role' AND role.id::text = entry.subject_id
LEFT JOIN logged ON subject_type = 'municipalities.role' AND logged.subject_id = entry.subject_id
LEFT JOIN accounts_user AS person ON person.id::text = CASE subject_type
  WHEN 'accounts.user' THEN entry.subject_id
  ELSE coalesce(nullif(changes->'user'->>1, ''), changes->'user'->>0, role.user_id::text, logged.pk) END
WHERE subject_type IN ('accounts.user', 'municipalities.role')
"""
TEXTS = f"""
INSERT INTO audit_personalvalue (entry_id, cooperation_id, part, user_id, before, after)
SELECT entry.id, cooperation_id, one.key, person.id, coalesce(one.value->>0, ''), coalesce(one.value->>1, '')
FROM audit_entry AS entry CROSS JOIN jsonb_each(changes) AS one
LEFT JOIN accounts_user AS person ON person.id::text = entry.subject_id
WHERE subject_type = 'accounts.user' AND one.key IN {COLUMNS}
"""  # noqa: S608 - names of columns
WITHOUT = f"""
UPDATE audit_entry SET
  actor = CASE WHEN user_id IS NULL THEN actor ELSE '' END,
  subject = CASE WHEN subject_type IN ('accounts.user', 'municipalities.role') THEN '' ELSE subject END,
  changes = CASE subject_type WHEN 'accounts.user' THEN changes || (
    SELECT coalesce(jsonb_object_agg(key, jsonb_build_array(
      CASE WHEN value->>0 = '' THEN '' END, CASE WHEN value->>1 = '' THEN '' END
    )), '{{}}') FROM jsonb_each(changes) WHERE key IN {COLUMNS}
  ) ELSE changes END
WHERE user_id IS NOT NULL OR subject_type IN ('accounts.user', 'municipalities.role')
"""  # noqa: S608 - names of columns

NAMES_BACK = """
UPDATE audit_entry SET {part} = after
FROM audit_personalvalue AS beside WHERE entry_id = audit_entry.id AND part = '{part}'
"""
TEXTS_BACK = """
UPDATE audit_entry SET changes = changes || texts
FROM (
  SELECT entry_id, jsonb_object_agg(part, jsonb_build_array(before, after)) AS texts
  FROM audit_personalvalue WHERE part NOT IN ('actor', 'subject') GROUP BY entry_id
) AS beside WHERE entry_id = audit_entry.id
"""
BACK = [
    *(NAMES_BACK.format(part=part) for part in ("actor", "subject")),
    TEXTS_BACK,
    "DELETE FROM audit_personalvalue",
]


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_personal_values_stand_beside_the_log")]

    operations = [
        migrations.RunSQL([*LIFT, ACTORS, SUBJECTS, TEXTS, WITHOUT, *PUT_BACK], [*LIFT, *BACK, *PUT_BACK])
    ]
