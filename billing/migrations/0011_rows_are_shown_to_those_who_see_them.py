"""The database shows rows by who asks: shares one by one as well, and what guards closed months sees them all.

A view shows what its owner sees unless told otherwise. The functions that refuse a change look at months and
statements that whoever makes it may not see, so they look with the owner's eyes.
"""

from django.db import migrations

VIEW = "ALTER VIEW billing_share"
LOOKING = (
    "billing_period_stays()",
    "billing_run_stays()",
    "billing_rows_of_run_stay()",
    "billing_issued_before_closing()",
    "billing_issued_lines_before_closing()",
    "billing_codes_stay()",
    "billing_refuse_other_currency()",
)


class Migration(migrations.Migration):
    dependencies = [("billing", "0010_what_is_closed_stays")]

    operations = [
        migrations.RunSQL(
            [
                f"{VIEW} SET (security_invoker = true)",
                *(f"ALTER FUNCTION {name} SECURITY DEFINER" for name in LOOKING),
            ],
            [
                f"{VIEW} RESET (security_invoker)",
                *(f"ALTER FUNCTION {name} SECURITY INVOKER" for name in LOOKING),
            ],
        )
    ]
