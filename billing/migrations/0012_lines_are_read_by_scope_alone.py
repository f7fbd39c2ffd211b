from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0011_rows_are_shown_to_those_who_see_them"),
        ("municipalities", "0002_cooperations_have_a_first_month"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="runline",
            name="billing_run_line_scopes",
        ),
        migrations.AddIndex(
            model_name="runline",
            index=models.Index(
                fields=["run", "number"],
                include=("application_code", "cost_type_code", "concerns", "cooperation"),
                name="billing_run_line_scopes",
            ),
        ),
    ]
