"""What the forms of the catalogue refuse the database refuses too, whoever writes, and however many at once.

No purpose is part of itself, stages and levels are known, hours can be read, addresses of documents are of the web, a step of a life stays
as it was taken, and what refers to a row of the catalogue stands in its cooperation.
"""

from django.db import migrations

REFERENCES = (
    ("services_application", "serves_id", "services_purpose"),
    ("services_application", "runs_id", "services_calendar"),
    ("services_application", "measured_id", "services_calendar"),
    ("services_application", "supported_id", "services_calendar"),
    ("services_purpose", "parent_id", "services_purpose"),
    ("services_closedday", "calendar_id", "services_calendar"),
    ("services_document", "application_id", "services_application"),
    ("services_task", "application_id", "services_application"),
    ("services_dataprotection", "application_id", "services_application"),
    ("services_lifecyclemove", "application_id", "services_application"),
)
"""Table, column, and the table whose rows it refers to."""
TARGETS = sorted({target for _table, _column, target in REFERENCES})
STAGES = ("idea", "planned", "pilot", "in_use", "phasing_out", "retired")
LEVELS = (0, 1, 2, 3, 4)
CHOICES: tuple[tuple[str, str, tuple[object, ...]], ...] = (
    ("services_application", "lifecycle", STAGES),
    ("services_application", "charging", ("base", "priced", "passed_on")),
    ("services_application", "confidentiality", LEVELS),
    ("services_application", "integrity", LEVELS),
    ("services_application", "availability", LEVELS),
    ("services_lifecyclemove", "from_stage", STAGES),
    ("services_lifecyclemove", "to_stage", STAGES),
    ("services_calendar", "country", ("", "SE", "NO", "FI", "DK")),
    ("services_dataprotection", "role", ("controller", "joint", "processor")),
    ("services_task", "done_by", ("cooperation", "municipality", "supplier")),
)
"""Table, column, and what may stand in it."""
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "holiday")

TREE = """
CREATE FUNCTION services_refuse_circle() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    -- one at a time in each cooperation: of two that move at once the later sees where the other went
    PERFORM pg_advisory_xact_lock(hashtext('services_purpose'), hashint8(NEW.cooperation_id));
    IF EXISTS (
        WITH RECURSIVE above (id) AS (
            SELECT NEW.parent_id
            UNION
            SELECT purpose.parent_id FROM services_purpose AS purpose JOIN above USING (id)
        ) CYCLE id SET is_again USING way
        SELECT FROM above WHERE id = NEW.id
    ) THEN
        RAISE check_violation USING
            CONSTRAINT = 'services_purpose_is_no_part_of_itself',
            MESSAGE = format('purpose %s would be part of itself', NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER services_purpose_is_no_part_of_itself AFTER INSERT OR UPDATE OF parent_id ON services_purpose
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION services_refuse_circle();
"""
NO_TREE = """
DROP TRIGGER services_purpose_is_no_part_of_itself ON services_purpose;
DROP FUNCTION services_refuse_circle();
"""
STEPS = """
CREATE FUNCTION services_step_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    RAISE check_violation USING
        CONSTRAINT = 'services_lifecyclemove_stays', MESSAGE = 'a step in the lifecycle stays as it is';
END $$;
CREATE TRIGGER services_lifecyclemove_stays BEFORE UPDATE ON services_lifecyclemove
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION services_step_stays();
"""
NO_STEPS = """
DROP TRIGGER services_lifecyclemove_stays ON services_lifecyclemove;
DROP FUNCTION services_step_stays();
"""
HOURS = r"""
CREATE FUNCTION services_tells_hours(said text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = public, pg_temp AS $$
DECLARE
    hour CONSTANT text := '(([01]\d|2[0-3]):[0-5]\d|24:00)';
    span CONSTANT text := hour || '-' || hour;
    times text[];
BEGIN
    IF said = '' THEN
        RETURN true;
    ELSIF said !~ ('^' || span || '(, ' || span || '){0,3}$') THEN
        RETURN false;
    END IF;
    times := regexp_split_to_array(said, ', |-');
    FOR place IN 2 .. array_length(times, 1) LOOP
        IF times[place] COLLATE "C" <= times[place - 1] COLLATE "C" THEN
            RETURN false;
        END IF;
    END LOOP;
    RETURN true;
END $$;
"""


def constraints() -> list[migrations.RunSQL]:
    found = [
        _constraint("services_calendar", f"services_calendar_{day}", f"CHECK (services_tells_hours({day}))")
        for day in DAYS
    ]
    web = "CHECK (url ~* '^https?://')"
    found.append(_constraint("services_document", "services_document_of_the_web", web))
    found += [
        _constraint(target, f"{target}_with_cooperation", "UNIQUE (id, cooperation_id)") for target in TARGETS
    ]
    for table, column, values in CHOICES:
        known = ", ".join(repr(value) for value in values)
        found.append(_constraint(table, f"{table}_{column}_known", f"CHECK ({column} IN ({known}))"))
    for table, column, target in REFERENCES:
        rule = (
            f"FOREIGN KEY ({column}, cooperation_id) REFERENCES {target} (id, cooperation_id)"
            " DEFERRABLE INITIALLY DEFERRED"
        )
        found.append(_constraint(table, f"{table}_{column}_here", rule))
    return found


def _constraint(table: str, name: str, rule: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {rule}", f"ALTER TABLE {table} DROP CONSTRAINT {name}"
    )


class Migration(migrations.Migration):
    dependencies = [("services", "0008_who_does_what_and_data_protection")]

    operations = [
        migrations.RunSQL(TREE, NO_TREE),
        migrations.RunSQL(STEPS, NO_STEPS),
        migrations.RunSQL(HOURS, "DROP FUNCTION services_tells_hours(text)"),
        *constraints(),
    ]
