"""The percentages of a key version, and those of a component's fixed parts, add up to exactly 100.

Checked when the transaction commits, so that a version and its components can be written one by one.
"""

from django.db import migrations

CHECK = """
CREATE FUNCTION agreements_check_percentages() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    version bigint;
    total numeric;
BEGIN
    IF TG_TABLE_NAME = 'agreements_keyversion' THEN
        version := NEW.id;
    ELSIF TG_TABLE_NAME = 'agreements_component' THEN
        version := COALESCE(NEW.version_id, OLD.version_id);
    ELSE
        SELECT version_id INTO version FROM agreements_component
        WHERE id = COALESCE(NEW.component_id, OLD.component_id);
    END IF;
    IF NOT EXISTS (SELECT FROM agreements_keyversion WHERE id = version) THEN
        RETURN NULL;
    END IF;
    SELECT COALESCE(sum(percent), 0) INTO total FROM agreements_component WHERE version_id = version;
    IF total <> 100 THEN
        RAISE check_violation USING
            CONSTRAINT = 'agreements_key_version_is_100',
            MESSAGE = format('the components of key version %s add up to %s %%', version, total);
    END IF;
    IF EXISTS (
        SELECT FROM agreements_component AS component
        LEFT JOIN agreements_fixedpart AS part ON part.component_id = component.id
        WHERE component.version_id = version AND component.kind = 'fixed'
        GROUP BY component.id HAVING COALESCE(sum(part.percent), 0) <> 100
    ) THEN
        RAISE check_violation USING
            CONSTRAINT = 'agreements_fixed_parts_are_100',
            MESSAGE = format('the fixed parts of key version %s do not add up to 100 %%', version);
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER agreements_key_version_is_100 AFTER INSERT OR UPDATE ON agreements_keyversion
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION agreements_check_percentages();
CREATE CONSTRAINT TRIGGER agreements_component_is_100 AFTER INSERT OR UPDATE OR DELETE ON agreements_component
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION agreements_check_percentages();
CREATE CONSTRAINT TRIGGER agreements_fixed_part_is_100 AFTER INSERT OR UPDATE OR DELETE ON agreements_fixedpart
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION agreements_check_percentages();
"""

UNDO = """
DROP TRIGGER agreements_fixed_part_is_100 ON agreements_fixedpart;
DROP TRIGGER agreements_component_is_100 ON agreements_component;
DROP TRIGGER agreements_key_version_is_100 ON agreements_keyversion;
DROP FUNCTION agreements_check_percentages();
"""


class Migration(migrations.Migration):
    dependencies = [("agreements", "0001_initial")]
    operations = [migrations.RunSQL(CHECK, UNDO)]
