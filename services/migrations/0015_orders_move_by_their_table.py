"""What an order may become, and that its lines are of its cooperation, is refused by the database too.

Whoever writes past the program cannot approve a draft, let a rejected order rise again, or take away who ordered
and sent one to decide on it themselves. The functions look for tables in ``public`` alone.
"""

from django.db import migrations

MOVES = """
CREATE FUNCTION services_order_moves() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
    ('draft', 'sent'), ('draft', 'withdrawn'), ('sent', 'approved'), ('sent', 'rejected'),
    ('sent', 'withdrawn'), ('approved', 'done')
  ) THEN
    RAISE EXCEPTION 'An order that is % cannot become %.', OLD.state, NEW.state
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.state <> 'draft' AND (NEW.ordered_by_id, NEW.sent_by_id, NEW.municipality_id, NEW.wanted_on)
    IS DISTINCT FROM (OLD.ordered_by_id, OLD.sent_by_id, OLD.municipality_id, OLD.wanted_on) THEN
    RAISE EXCEPTION 'What an order says when it is sent stays.' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER services_order_moves BEFORE UPDATE ON services_order
  FOR EACH ROW EXECUTE FUNCTION services_order_moves();
"""
LINES = """
CREATE FUNCTION services_orderline_at_home() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM services_order AS its, services_application AS wanted
    WHERE its.id = NEW.order_id AND wanted.id = NEW.application_id
      AND its.cooperation_id = NEW.cooperation_id AND wanted.cooperation_id = NEW.cooperation_id
  ) THEN
    RAISE EXCEPTION 'A line, its order and its service are of one cooperation.'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER services_orderline_at_home BEFORE INSERT OR UPDATE ON services_orderline
  FOR EACH ROW EXECUTE FUNCTION services_orderline_at_home();
"""
AWAY = """
DROP TRIGGER services_orderline_at_home ON services_orderline;
DROP FUNCTION services_orderline_at_home();
DROP TRIGGER services_order_moves ON services_order;
DROP FUNCTION services_order_moves();
"""


class Migration(migrations.Migration):
    dependencies = [("services", "0014_services_are_ordered")]

    operations = [migrations.RunSQL([MOVES, LINES], AWAY)]
