"""The service hours of an application become the calendar that it runs by; the other clocks are not told."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import translation

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
REST = ("saturday", "sunday", "holiday")
HOURS = {
    "office": ("Office hours", "08:00-16:30", ""),
    "extended": ("Extended hours", "06:00-22:00", "06:00-22:00"),
    "always": ("24/7", "00:00-24:00", "00:00-24:00"),
}
"""What release 0.1 called the hours: a name, hours on weekdays, and on weekends and public holidays."""


def tell_calendars(apps: Any, schema_editor: Any) -> None:
    applications, calendars = (
        apps.get_model("services", "Application"),
        apps.get_model("services", "Calendar"),
    )
    asked = applications.objects.order_by().values_list("cooperation", "hours").distinct()
    for cooperation, hours in asked:
        name, weekday, rest = HOURS[hours]
        with translation.override(settings.LANGUAGE_CODE):
            name = translation.gettext(name)
        calendar = calendars.objects.create(
            cooperation_id=cooperation,
            name=name,
            country=_country(apps, cooperation),
            **dict.fromkeys(WEEKDAYS, weekday),
            **dict.fromkeys(REST, rest),
        )
        applications.objects.filter(cooperation=cooperation, hours=hours).update(runs=calendar)


def _country(apps: Any, cooperation: int) -> str:
    """That of a member; empty where it is none whose holidays are known."""
    members = (
        apps.get_model("municipalities", "Member").objects.filter(cooperation=cooperation).order_by("pk")
    )
    found = members.values_list("municipality__country", flat=True).first() or ""
    return found if found in ("SE", "NO", "FI", "DK") else ""


def tell_hours(apps: Any, schema_editor: Any) -> None:
    """What runs by a calendar of one's own ran in office hours, as far as release 0.1 could tell."""
    applications = apps.get_model("services", "Application").objects
    for hours, (_name, weekday, rest) in HOURS.items():
        applications.filter(runs__monday=weekday, runs__sunday=rest).update(hours=hours)


class Migration(migrations.Migration):
    dependencies = [
        ("municipalities", "0018_tokens_report_outages"),
        ("services", "0006_applications_move"),
    ]

    operations = [
        migrations.CreateModel(
            name="Calendar",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "country",
                    models.CharField(
                        blank=True,
                        choices=[("SE", "Sweden"), ("NO", "Norway"), ("FI", "Finland"), ("DK", "Denmark")],
                        help_text="Empty: public holidays are days like others.",
                        max_length=2,
                        verbose_name="public holidays of",
                    ),
                ),
                ("monday", models.CharField(blank=True, max_length=60, verbose_name="Monday")),
                ("tuesday", models.CharField(blank=True, max_length=60, verbose_name="Tuesday")),
                ("wednesday", models.CharField(blank=True, max_length=60, verbose_name="Wednesday")),
                ("thursday", models.CharField(blank=True, max_length=60, verbose_name="Thursday")),
                ("friday", models.CharField(blank=True, max_length=60, verbose_name="Friday")),
                ("saturday", models.CharField(blank=True, max_length=60, verbose_name="Saturday")),
                ("sunday", models.CharField(blank=True, max_length=60, verbose_name="Sunday")),
                ("holiday", models.CharField(blank=True, max_length=60, verbose_name="public holidays")),
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
                "verbose_name": "calendar",
                "verbose_name_plural": "calendars",
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="application",
            name="measured",
            field=models.ForeignKey(
                blank=True,
                help_text="The hours in which its availability counts.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="services.calendar",
                verbose_name="is measured",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="runs",
            field=models.ForeignKey(
                blank=True,
                help_text="The hours in which it can be used.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="services.calendar",
                verbose_name="runs",
            ),
        ),
        migrations.AddField(
            model_name="application",
            name="supported",
            field=models.ForeignKey(
                blank=True,
                help_text="The hours in which somebody answers.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="services.calendar",
                verbose_name="support is open",
            ),
        ),
        migrations.CreateModel(
            name="ClosedDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "calendar",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closed_days",
                        to="services.calendar",
                        verbose_name="calendar",
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
                "verbose_name": "closed day",
                "verbose_name_plural": "closed days",
                "ordering": ["day", "calendar__name"],
            },
        ),
        migrations.AddConstraint(
            model_name="calendar",
            constraint=models.UniqueConstraint(
                fields=("cooperation", "name"),
                name="services_calendar_name_once",
                violation_error_message="There is already a calendar with this name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="closedday",
            constraint=models.UniqueConstraint(
                fields=("calendar", "day"),
                name="services_closedday_once",
                violation_error_message="It is closed that day already.",
            ),
        ),
        migrations.RunPython(tell_calendars, tell_hours),
        # What was written is checked now: a table is not altered while that waits.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveField("application", "hours"),
    ]
