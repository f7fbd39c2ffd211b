"""The change log grows, and nothing of it changes: the database refuses it, whoever asks."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION audit_entry_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'The change log is only added to.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_stays();
"""
UNDO = "DROP FUNCTION audit_entry_stays() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, UNDO)]
