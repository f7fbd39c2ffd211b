"""The hours by which a year was measured stay: the database refuses to change them, whoever asks."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION services_measuredyear_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'The hours by which a year was measured stay.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER services_measuredyear_stays BEFORE UPDATE OR DELETE ON services_measuredyear
  FOR EACH ROW EXECUTE FUNCTION services_measuredyear_stays();
"""
UNDO = "DROP FUNCTION services_measuredyear_stays() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("services", "0012_hours_are_kept_by_year")]

    operations = [migrations.RunSQL(REFUSE, UNDO)]
