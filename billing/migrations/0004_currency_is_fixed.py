"""The currency of a cooperation is fixed once a month of it has been computed."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION billing_refuse_other_currency() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM billing_run WHERE cooperation_id = OLD.id) THEN
        RAISE check_violation USING
            CONSTRAINT = 'billing_currency_is_fixed',
            MESSAGE = format('months of cooperation %s have been computed in %s', OLD.id, OLD.currency);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER billing_currency_is_fixed BEFORE UPDATE OF currency ON municipalities_cooperation
    FOR EACH ROW WHEN (OLD.currency IS DISTINCT FROM NEW.currency)
    EXECUTE FUNCTION billing_refuse_other_currency();
"""

UNDO = """
DROP TRIGGER billing_currency_is_fixed ON municipalities_cooperation;
DROP FUNCTION billing_refuse_other_currency();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0003_runs_are_superseded_at_a_time"),
        ("municipalities", "0002_cooperations_have_a_first_month"),
    ]
    operations = [migrations.RunSQL(REFUSE, UNDO)]
