"""What a closed month says is refused to be changed by the database, whoever asks.

The functions look for tables in ``public`` alone, so that no table of a session stands before them. They lock the
month that they ask about: a transaction that began before it closed is refused, or waits, like any other.

A migration that must change it lifts the triggers that it names (``ALTER TABLE … DISABLE TRIGGER …``), says why,
puts them back, and ends with ``manage.py verify``.
"""

from typing import Any

from django.db import migrations

FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
{body}
END $$
"""
REFUSE = """
CREATE FUNCTION billing_refuse(what text) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION '%', what USING ERRCODE = 'restrict_violation',
    HINT = 'What is closed stays: a change of it is corrected in the next open month.';
END $$
"""
BODIES = {
    "billing_period_stays": """
DECLARE
  now record := NEW;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'closed' THEN
      PERFORM billing_refuse('A month is open before it closes.');
    END IF;
  ELSIF OLD.state = 'closed' THEN
    IF TG_OP = 'UPDATE' THEN
      now.checked_mark := OLD.checked_mark;
      now.has_late_changes := OLD.has_late_changes;
      now.failure := OLD.failure;
      IF now IS NOT DISTINCT FROM OLD THEN
        RETURN NEW;
      END IF;
    END IF;
    PERFORM billing_refuse(format('Month %s of cooperation %s is closed.', OLD.first_day, OLD.cooperation_id));
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  IF NOT EXISTS (SELECT FROM billing_run WHERE id = NEW.current_run_id AND period_id = NEW.id) THEN
    IF NEW.current_run_id IS NOT NULL THEN
      PERFORM billing_refuse(format('Run %s is that of another month.', NEW.current_run_id));
    END IF;
  END IF;
  RETURN NEW;""",
    "billing_run_stays": """
DECLARE
  now record := NEW;
  its_state text;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    now.superseded_at := OLD.superseded_at;
    IF now IS DISTINCT FROM OLD THEN
      PERFORM billing_refuse(format('Run %s is never changed.', OLD.id));
    END IF;
  END IF;
  SELECT state INTO its_state FROM billing_period WHERE current_run_id = OLD.id FOR SHARE;
  IF its_state = 'closed' THEN
    PERFORM billing_refuse(format('Run %s is that of a closed month.', OLD.id));
  END IF;
  RETURN coalesce(NEW, OLD);""",
    "billing_rows_of_run_stay": """
DECLARE
  found record;
BEGIN
  FOR found IN SELECT current_run_id, state FROM billing_period
      WHERE current_run_id IN (SELECT run_id FROM rows) ORDER BY id FOR SHARE LOOP
    IF found.state = 'closed' THEN
      PERFORM billing_refuse(format('Run %s is that of a closed month.', found.current_run_id));
    END IF;
  END LOOP;
  RETURN NULL;""",
    "billing_never_changed": """
BEGIN
  PERFORM billing_refuse(format('%s: rows are neither changed nor taken away.', TG_TABLE_NAME));
  RETURN NULL;""",
    "billing_issued_before_closing": """
DECLARE
  found record;
BEGIN
  FOR found IN SELECT period.state, period.current_run_id, rows.run_id FROM rows
      JOIN billing_period AS period ON period.id = rows.period_id FOR SHARE OF period LOOP
    IF found.state = 'closed' OR found.current_run_id IS DISTINCT FROM found.run_id THEN
      PERFORM billing_refuse('A month issues the statements of its run when it closes, and no more after that.');
    END IF;
  END LOOP;
  RETURN NULL;""",
    "billing_issued_lines_before_closing": """
DECLARE
  found record;
BEGIN
  FOR found IN SELECT period.state FROM billing_period AS period
      WHERE id IN (
        SELECT period_id FROM billing_statement WHERE id IN (SELECT statement_id FROM rows)
      ) ORDER BY id FOR SHARE LOOP
    IF found.state = 'closed' THEN
      PERFORM billing_refuse('A month issues its statements when it closes, and no more after that.');
    END IF;
  END LOOP;
  RETURN NULL;""",
    "billing_codes_stay": """
BEGIN
  IF EXISTS (SELECT FROM billing_statement WHERE municipality_id = OLD.id) THEN
    PERFORM billing_refuse(format('Statements were issued to %s%s by this code.', OLD.country, OLD.code));
  END IF;
  RETURN NEW;""",
}
OF_RUNS = ("billing_runline", "billing_runtotal", "billing_shareblock")
KEPT = ("billing_statement", "billing_statementline", "billing_latedecision")
TRIGGERS = [
    """CREATE TRIGGER billing_period_stays BEFORE INSERT OR UPDATE OR DELETE ON billing_period
    FOR EACH ROW EXECUTE FUNCTION billing_period_stays()""",
    """CREATE TRIGGER billing_run_stays BEFORE UPDATE OR DELETE ON billing_run
    FOR EACH ROW EXECUTE FUNCTION billing_run_stays()""",
    """CREATE TRIGGER billing_codes_stay BEFORE UPDATE OF country, code ON municipalities_municipality
    FOR EACH ROW WHEN ((OLD.country, OLD.code) IS DISTINCT FROM (NEW.country, NEW.code))
    EXECUTE FUNCTION billing_codes_stay()""",
    """CREATE TRIGGER billing_issued_before_closing AFTER INSERT ON billing_statement
    REFERENCING NEW TABLE AS rows FOR EACH STATEMENT EXECUTE FUNCTION billing_issued_before_closing()""",
    """CREATE TRIGGER billing_issued_lines_before_closing AFTER INSERT ON billing_statementline
    REFERENCING NEW TABLE AS rows FOR EACH STATEMENT EXECUTE FUNCTION billing_issued_lines_before_closing()""",
    *(
        f"""CREATE TRIGGER billing_rows_of_run_stay_{event} AFTER {event} ON {table}
        REFERENCING {side} TABLE AS rows FOR EACH STATEMENT EXECUTE FUNCTION billing_rows_of_run_stay()"""
        for table in OF_RUNS
        for event, side in (("insert", "NEW"), ("delete", "OLD"))
    ),
    *(
        f"""CREATE TRIGGER billing_never_changed BEFORE {events} ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION billing_never_changed()"""
        for tables, events in (
            (OF_RUNS, "UPDATE OR TRUNCATE"),
            (KEPT, "UPDATE OR DELETE OR TRUNCATE"),
            (("billing_period", "billing_run"), "TRUNCATE"),
        )
        for table in tables
    ),
]
MAKE: list[Any] = [
    REFUSE,
    *(FUNCTION.format(name=name, body=body.strip("\n")) for name, body in BODIES.items()),
    *TRIGGERS,
    "ALTER FUNCTION billing_refuse_other_currency() SET search_path = public, pg_temp",
]
UNDO: list[Any] = [
    *(f"DROP FUNCTION {name}() CASCADE" for name in BODIES),
    "DROP FUNCTION billing_refuse(text)",
    "ALTER FUNCTION billing_refuse_other_currency() RESET search_path",
]


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_lines_are_read_by_scope")]

    operations = [migrations.RunSQL(MAKE, UNDO)]
