"""Statements as paper: kept as they were first given out, and refused to be changed like what they tell."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0013_closings_by_invited_are_marked"),
        ("municipalities", "0007_somebody_is_invited"),
    ]

    operations = [
        migrations.CreateModel(
            name="Paper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("tells_others", models.BooleanField()),
                ("packed", models.BinaryField()),
                ("made_at", models.DateTimeField(verbose_name="made")),
                (
                    "cooperation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="municipalities.cooperation",
                        verbose_name="cooperation",
                    ),
                ),
                (
                    "statement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="billing.statement",
                        verbose_name="statement",
                    ),
                ),
            ],
            options={
                "verbose_name": "paper",
                "verbose_name_plural": "papers",
                "ordering": ["statement", "language"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("statement", "language", "tells_others"), name="billing_paper_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER billing_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON billing_paper"
            " FOR EACH STATEMENT EXECUTE FUNCTION billing_never_changed()",
            "DROP TRIGGER billing_never_changed ON billing_paper",
        ),
    ]
