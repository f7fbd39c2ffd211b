"""The one word of an information class becomes the first of three aspects; what nobody told stays untold."""

from typing import Any

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F

WORDS = ("open", "internal", "confidential", "secret", "secret")
"""What release 0.1 called each level of confidentiality; it had none for the highest."""


def tell_aspects(apps: Any, schema_editor: Any) -> None:
    """Integrity and availability were never asked for; the owner was the competence centre."""
    applications = apps.get_model("services", "Application").objects
    applications.update(integrity=None, availability=None, competence_centre=F("owner"))
    for level, word in enumerate(WORDS[:-1]):
        applications.filter(information_class=word).update(confidentiality=level)


def tell_one_word(apps: Any, schema_editor: Any) -> None:
    applications = apps.get_model("services", "Application").objects
    for level, word in enumerate(WORDS):
        applications.filter(confidentiality=level).update(information_class=word)


class Migration(migrations.Migration):
    dependencies = [
        ("municipalities", "0018_tokens_report_outages"),
        ("services", "0004_outages_happen"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="availability",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[
                    (0, "no harm"),
                    (1, "moderate"),
                    (2, "considerable"),
                    (3, "serious"),
                    (4, "extremely serious"),
                ],
                help_text="How bad it is if it is not there.",
                null=True,
                verbose_name="availability",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="charging",
            field=models.CharField(
                choices=[
                    ("base", "divided by key"),
                    ("priced", "at a price"),
                    ("passed_on", "passed on to other applications"),
                ],
                default="base",
                max_length=10,
                verbose_name="charging",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="competence_centre",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="municipalities.municipality",
                verbose_name="competence centre",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="confidentiality",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[
                    (0, "open"),
                    (1, "internal"),
                    (2, "confidential"),
                    (3, "secret"),
                    (4, "security-classified"),
                ],
                default=1,
                null=True,
                verbose_name="confidentiality",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="delivery_days",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="Working days from the order until it can be used.",
                null=True,
                verbose_name="delivery time",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="included",
            field=models.TextField(blank=True, max_length=2000, verbose_name="included"),
        ),
        migrations.AddField(
            model_name="application",
            name="integrity",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[
                    (0, "no harm"),
                    (1, "moderate"),
                    (2, "considerable"),
                    (3, "serious"),
                    (4, "extremely serious"),
                ],
                help_text="How bad it is if something in it is wrong.",
                null=True,
                verbose_name="integrity",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="not_included",
            field=models.TextField(blank=True, max_length=2000, verbose_name="not included"),
        ),
        migrations.AddField(
            model_name="application",
            name="priced_per",
            field=models.CharField(
                blank=True, help_text="Such as: user and month.", max_length=60, verbose_name="price for each"
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="unit_price",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="unit price"
            ),
        ),
        migrations.AlterField(
            model_name="application",
            name="owner",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="municipalities.municipality",
                verbose_name="owner",
            ),
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=150, verbose_name="title")),
                (
                    "url",
                    models.CharField(
                        max_length=500,
                        validators=[django.core.validators.URLValidator(schemes=["https", "http"])],
                        verbose_name="address",
                    ),
                ),
                (
                    "review_on",
                    models.DateField(
                        blank=True,
                        help_text="Empty: nobody has to look at it again.",
                        null=True,
                        verbose_name="to be reviewed",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to="services.application",
                        verbose_name="application",
                    ),
                ),
                (
                    "cooperation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="municipalities.cooperation",
                        verbose_name="cooperation",
                    ),
                ),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
                "ordering": ["application__name", "title"],
            },
        ),
        migrations.CreateModel(
            name="Purpose",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.SlugField(
                        help_text="Short name for files; the tree is sorted by it.",
                        max_length=20,
                        verbose_name="code",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
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
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: it stands at the top.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="services.purpose",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "purpose",
                "verbose_name_plural": "purposes",
                "ordering": ["code"],
            },
        ),
        migrations.AddField(
            model_name="application",
            name="serves",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applications",
                to="services.purpose",
                verbose_name="in the tree of purposes",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit_price__isnull", True), ("unit_price__gte", 0), _connector="OR"),
                name="services_application_price_not_negative",
                violation_error_message="A price is not negative.",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("charging", "priced"), _negated=True),
                    ("unit_price__isnull", False),
                    _connector="OR",
                ),
                name="services_application_priced_has_price",
                violation_error_message="Say the price, or charge in another way.",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                fields=("application", "title"),
                name="services_document_title_once",
                violation_error_message="There is already a document with this title.",
            ),
        ),
        migrations.AddConstraint(
            model_name="purpose",
            constraint=models.UniqueConstraint(
                fields=("cooperation", "code"),
                name="services_purpose_code_once",
                violation_error_message="There is already a purpose with this code.",
            ),
        ),
        migrations.RunPython(tell_aspects, tell_one_word),
        # What was written is checked now: a table is not altered while that waits.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveField("application", "information_class"),
    ]
