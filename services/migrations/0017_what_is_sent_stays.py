"""What an order says when it is sent stays, with its lines, its decision and its steps: the database sees to it.

Until now it held who ordered, for whom and from when. Whoever writes past the program could still approve
forty of one thing and have four hundred of another, turn a new service into a standard item to decide on it
as coordinator, or rewrite who decided when. The functions look for tables in ``public`` alone.
"""

from django.db import migrations

ORDER = """
CREATE FUNCTION services_order_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.state = 'draft' THEN
    RETURN COALESCE(NEW, OLD);
  END IF;
  IF TG_OP = 'DELETE' OR (
      NEW.cooperation_id, NEW.title, NEW.kind, NEW.accounting_code, NEW.note, NEW.returns, NEW.external_id,
      NEW.sent_at, NEW.effect::text
    ) IS DISTINCT FROM (
      OLD.cooperation_id, OLD.title, OLD.kind, OLD.accounting_code, OLD.note, OLD.returns, OLD.external_id,
      OLD.sent_at, OLD.effect::text
    ) THEN
    RAISE EXCEPTION 'What an order says when it is sent stays.' USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.decided_at IS NOT NULL AND (NEW.decided_by_id, NEW.decided_at, NEW.reason)
    IS DISTINCT FROM (OLD.decided_by_id, OLD.decided_at, OLD.reason) THEN
    RAISE EXCEPTION 'Who decided on an order, and why, stays.' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER services_order_stays BEFORE UPDATE OR DELETE ON services_order
  FOR EACH ROW EXECUTE FUNCTION services_order_stays();
"""
LINES = """
CREATE FUNCTION services_orderline_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM services_order AS its WHERE its.state <> 'draft'
      AND (TG_OP <> 'INSERT' AND its.id = OLD.order_id OR TG_OP <> 'DELETE' AND its.id = NEW.order_id)
  ) THEN
    RAISE EXCEPTION 'The lines of an order stay once it is sent.' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER services_orderline_stays BEFORE INSERT OR UPDATE OR DELETE ON services_orderline
  FOR EACH ROW EXECUTE FUNCTION services_orderline_stays();
"""
STEPS = """
CREATE FUNCTION services_orderstep_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'A step of an order stays as it was taken.' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER services_orderstep_stays BEFORE UPDATE OR DELETE ON services_orderstep
  FOR EACH ROW EXECUTE FUNCTION services_orderstep_stays();
"""
AWAY = """
DROP TRIGGER services_orderstep_stays ON services_orderstep;
DROP FUNCTION services_orderstep_stays();
DROP TRIGGER services_orderline_stays ON services_orderline;
DROP FUNCTION services_orderline_stays();
DROP TRIGGER services_order_stays ON services_order;
DROP FUNCTION services_order_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("services", "0016_order_lines_name_a_variant")]

    operations = [migrations.RunSQL([ORDER, LINES, STEPS], AWAY)]
