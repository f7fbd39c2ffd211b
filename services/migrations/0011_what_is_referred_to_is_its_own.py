"""No outage is merged into one of another cooperation, and no use has a variant of another application."""

from django.db import migrations

MERGED = """
ALTER TABLE services_outage ADD CONSTRAINT services_outage_of_cooperation UNIQUE (id, cooperation_id);
ALTER TABLE services_outage ADD CONSTRAINT services_outage_merged_at_home
    FOREIGN KEY (merged_into_id, cooperation_id) REFERENCES services_outage (id, cooperation_id)
    DEFERRABLE INITIALLY DEFERRED;
"""
APART = """
ALTER TABLE services_outage DROP CONSTRAINT services_outage_merged_at_home;
ALTER TABLE services_outage DROP CONSTRAINT services_outage_of_cooperation;
"""
OWN_VARIANT = """
ALTER TABLE services_variant ADD CONSTRAINT services_variant_of_application UNIQUE (id, application_id);
ALTER TABLE services_subscription ADD CONSTRAINT services_subscription_own_variant
    FOREIGN KEY (variant_id, application_id) REFERENCES services_variant (id, application_id)
    DEFERRABLE INITIALLY DEFERRED;
"""
ANY_VARIANT = """
ALTER TABLE services_subscription DROP CONSTRAINT services_subscription_own_variant;
ALTER TABLE services_variant DROP CONSTRAINT services_variant_of_application;
"""


class Migration(migrations.Migration):
    dependencies = [("services", "0010_applications_come_in_variants")]

    operations = [migrations.RunSQL(MERGED, APART), migrations.RunSQL(OWN_VARIANT, ANY_VARIANT)]
