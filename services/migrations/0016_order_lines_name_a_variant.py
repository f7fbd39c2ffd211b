"""An order asks for a variant of its service, and a change may be of that alone."""

import django.db.models.deletion
from django.db import migrations, models

OWN_VARIANT = """
ALTER TABLE services_orderline ADD CONSTRAINT services_orderline_own_variant
    FOREIGN KEY (variant_id, application_id) REFERENCES services_variant (id, application_id)
    DEFERRABLE INITIALLY DEFERRED;
"""
ANY_VARIANT = "ALTER TABLE services_orderline DROP CONSTRAINT services_orderline_own_variant;"


class Migration(migrations.Migration):
    dependencies = [
        ("municipalities", "0020_members_write_codes_and_tokens_order"),
        ("services", "0015_orders_move_by_their_table"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="orderline",
            name="services_orderline_change_says_how_many",
        ),
        migrations.AddField(
            model_name="orderline",
            name="variant",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="services.variant",
                verbose_name="variant",
            ),
        ),
        migrations.AlterField(
            model_name="orderline",
            name="what",
            field=models.CharField(
                choices=[
                    ("start", "begin to use"),
                    ("change", "change the number or variant"),
                    ("end", "use no more"),
                ],
                default="start",
                max_length=10,
                verbose_name="what",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("what", "change"), _negated=True),
                    ("quantity__isnull", False),
                    ("variant__isnull", False),
                    _connector="OR",
                ),
                name="services_orderline_change_says_what",
                violation_error_message="Say how many it is to be, or choose a variant.",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("what", "end"), _negated=True), ("variant__isnull", True), _connector="OR"
                ),
                name="services_orderline_end_of_any_variant",
                violation_error_message="What ends has no variant to choose: leave it empty.",
            ),
        ),
        migrations.RunSQL(OWN_VARIANT, ANY_VARIANT),
    ]
