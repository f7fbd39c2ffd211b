"""A project becomes planned, and what moves an application from now on is kept."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def plan(apps: Any, schema_editor: Any) -> None:
    apps.get_model("services", "Application").objects.filter(lifecycle="project").update(lifecycle="planned")


def project(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("services", "Application").objects
    rows.filter(lifecycle__in=["planned", "pilot"]).update(lifecycle="project")


class Migration(migrations.Migration):
    dependencies = [
        ("municipalities", "0018_tokens_report_outages"),
        ("services", "0005_what_the_catalogue_tells"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="application",
            name="lifecycle",
            field=models.CharField(
                choices=[
                    ("idea", "idea"),
                    ("planned", "planned"),
                    ("pilot", "pilot"),
                    ("in_use", "in use"),
                    ("phasing_out", "phasing out"),
                    ("retired", "retired"),
                ],
                default="in_use",
                max_length=20,
                verbose_name="lifecycle",
            ),
        ),
        migrations.CreateModel(
            name="LifecycleMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "from_stage",
                    models.CharField(
                        choices=[
                            ("idea", "idea"),
                            ("planned", "planned"),
                            ("pilot", "pilot"),
                            ("in_use", "in use"),
                            ("phasing_out", "phasing out"),
                            ("retired", "retired"),
                        ],
                        max_length=20,
                        verbose_name="from",
                    ),
                ),
                (
                    "to_stage",
                    models.CharField(
                        choices=[
                            ("idea", "idea"),
                            ("planned", "planned"),
                            ("pilot", "pilot"),
                            ("in_use", "in use"),
                            ("phasing_out", "phasing out"),
                            ("retired", "retired"),
                        ],
                        max_length=20,
                        verbose_name="to",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("moved_at", models.DateTimeField(verbose_name="moved")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
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
                (
                    "moved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="moved by",
                    ),
                ),
            ],
            options={
                "verbose_name": "step in the lifecycle",
                "verbose_name_plural": "steps in the lifecycle",
                "ordering": ["-moved_at", "-pk"],
                "indexes": [
                    models.Index(fields=["application", "-moved_at"], name="services_move_of_application")
                ],
            },
        ),
        migrations.RunPython(plan, project),
    ]
