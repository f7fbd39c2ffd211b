"""What a closed month says is refused to be changed by the database, whoever asks.

A migration that must change it lifts the triggers that it names (``ALTER TABLE … DISABLE TRIGGER …``), says why,
puts them back, and ends with ``manage.py verify``.
"""

from typing import Any

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION billing_refuse(what text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', what USING ERRCODE = 'restrict_violation',
    HINT = 'What is closed stays: a change of it is corrected in the next open month.';
END $$;

CREATE FUNCTION billing_period_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  now record := NEW;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'closed' THEN
      PERFORM billing_refuse('A month is open before it closes.');
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.state <> 'closed' THEN
    RETURN coalesce(NEW, OLD);
  END IF;
  IF TG_OP = 'UPDATE' THEN
    now.checked_mark := OLD.checked_mark;
    now.has_late_changes := OLD.has_late_changes;
    now.failure := OLD.failure;
    IF now IS NOT DISTINCT FROM OLD THEN
      RETURN NEW;
    END IF;
  END IF;
  PERFORM billing_refuse(format('Month %s of cooperation %s is closed.', OLD.first_day, OLD.cooperation_id));
END $$;

CREATE FUNCTION billing_run_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM billing_period WHERE current_run_id = OLD.id AND state = 'closed') THEN
    PERFORM billing_refuse(format('Run %s is that of a closed month.', OLD.id));
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;

CREATE FUNCTION billing_rows_of_run_stay() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  run bigint;
BEGIN
  SELECT current_run_id INTO run FROM billing_period
    WHERE state = 'closed' AND current_run_id IN (SELECT run_id FROM rows) LIMIT 1;
  IF FOUND THEN
    PERFORM billing_refuse(format('Run %s is that of a closed month.', run));
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION billing_issued_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM billing_refuse('What was issued is neither changed nor taken back.');
END $$;

CREATE FUNCTION billing_issued_before_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM billing_period JOIN rows ON rows.period_id = billing_period.id WHERE state = 'closed'
  ) THEN
    PERFORM billing_refuse('A month issues its statements when it closes, and no more after that.');
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION billing_issued_lines_before_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM rows JOIN billing_statement ON billing_statement.id = rows.statement_id
      JOIN billing_period ON billing_period.id = billing_statement.period_id WHERE state = 'closed'
  ) THEN
    PERFORM billing_refuse('A month issues its statements when it closes, and no more after that.');
  END IF;
  RETURN NULL;
END $$;
"""
NAMES = (
    "billing_period_stays",
    "billing_run_stays",
    "billing_rows_of_run_stay",
    "billing_issued_stays",
    "billing_issued_before_closing",
    "billing_issued_lines_before_closing",
    "billing_refuse(text)",
)
EACH_ROW = """
CREATE TRIGGER {name} BEFORE {events} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()
"""
ALL_ROWS = """
CREATE TRIGGER {name}_{event} AFTER {event} ON {table} REFERENCING {side} TABLE AS rows
FOR EACH STATEMENT EXECUTE FUNCTION {function}()
"""
TRIGGERS: list[Any] = [
    EACH_ROW.format(name=name, table=table, function=name, events=events)
    for table, name, events in (
        ("billing_period", "billing_period_stays", "INSERT OR UPDATE OR DELETE"),
        ("billing_run", "billing_run_stays", "UPDATE OR DELETE"),
    )
]
TRIGGERS += [
    EACH_ROW.format(
        name="billing_issued_stays", table=table, function="billing_issued_stays", events="UPDATE OR DELETE"
    )
    for table in ("billing_statement", "billing_statementline")
]
TRIGGERS += [
    ALL_ROWS.format(name=name, event=event, table=table, side=side, function=name)
    for name, tables, events in (
        (
            "billing_rows_of_run_stay",
            ("billing_runline", "billing_runtotal", "billing_shareblock"),
            ("insert", "update", "delete"),
        ),
        ("billing_issued_before_closing", ("billing_statement",), ("insert",)),
        ("billing_issued_lines_before_closing", ("billing_statementline",), ("insert",)),
    )
    for table in tables
    for event, side in zip(events, ("NEW", "OLD", "OLD"), strict=False)
]
AFTER: list[Any] = [f"DROP FUNCTION {name if '(' in name else f'{name}()'} CASCADE" for name in NAMES]


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_lines_are_read_by_scope")]

    operations = [migrations.RunSQL([FUNCTIONS, *TRIGGERS], AFTER)]
