"""A cooperation says from which month on it shares costs, when statements are due, and what stands on them.

Those that exist begin with the first month that they have, or else now.
"""

import django.core.validators
from django.db import migrations, models

import municipalities.models.cooperation

# Billing lies above and comes later: a new database has no months yet, one that is upgraded has them all.
FILL = """
DO $$ BEGIN
    IF to_regclass('billing_period') IS NOT NULL THEN
        UPDATE municipalities_cooperation AS cooperation SET first_month = (
            SELECT min(first_day) FROM billing_period WHERE cooperation_id = cooperation.id
        ) WHERE first_month IS NULL;
    END IF;
    UPDATE municipalities_cooperation SET first_month = date_trunc('month', CURRENT_DATE)
    WHERE first_month IS NULL;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="cooperation",
            name="organisation_number",
            field=models.CharField(blank=True, max_length=20, verbose_name="organisation number"),
        ),
        migrations.AddField(
            model_name="cooperation",
            name="address",
            field=models.TextField(blank=True, max_length=500, verbose_name="postal address"),
        ),
        migrations.AddField(
            model_name="cooperation",
            name="payment_days",
            field=models.PositiveSmallIntegerField(
                default=30,
                help_text="From the day a statement is issued until it is due.",
                validators=[django.core.validators.MaxValueValidator(365)],
                verbose_name="days to pay",
            ),
        ),
        migrations.AddField(
            model_name="cooperation",
            name="first_month",
            field=models.DateField(null=True, verbose_name="first month"),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="cooperation",
            name="first_month",
            field=models.DateField(
                help_text="Its first day. Costs are shared from this month on.", verbose_name="first month"
            ),
        ),
        migrations.AlterField(
            model_name="cooperation",
            name="currency",
            field=models.CharField(
                default="SEK",
                max_length=3,
                validators=[municipalities.models.cooperation.refuse_currency],
                verbose_name="currency",
            ),
        ),
        migrations.AddConstraint(
            model_name="cooperation",
            constraint=models.CheckConstraint(
                condition=models.Q(first_month__day=1),
                name="municipalities_cooperation_first_month",
                violation_error_message="A month is named by its first day.",
            ),
        ),
        migrations.AddConstraint(
            model_name="cooperation",
            constraint=models.CheckConstraint(
                condition=models.Q(payment_days__lte=365),
                name="municipalities_cooperation_payment_days",
                violation_error_message="A statement is due within a year.",
            ),
        ),
    ]
