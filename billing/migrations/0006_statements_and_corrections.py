"""Statements and late changes get rows of their own; a cost may be refunded in parts."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0005_lines_are_numbered"),
        ("municipalities", "0002_cooperations_have_a_first_month"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LateChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[("cost", "the cost"), ("rules", "who pays, or how much of it")],
                        max_length=10,
                        verbose_name="what changed",
                    ),
                ),
                ("content", models.JSONField()),
            ],
            options={
                "verbose_name": "late change",
                "verbose_name_plural": "late changes",
                "ordering": ["period__first_day", "cost__reference"],
            },
        ),
        migrations.CreateModel(
            name="LateDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mark", models.CharField(max_length=64)),
                (
                    "verdict",
                    models.CharField(
                        choices=[("charge", "charge it"), ("leave", "leave it")],
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                ("decided_at", models.DateTimeField(verbose_name="decided")),
            ],
            options={
                "verbose_name": "decision on a late change",
                "verbose_name_plural": "decisions on late changes",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("month", "month")], default="month", max_length=12, verbose_name="kind"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="statement number")),
                ("format_version", models.PositiveSmallIntegerField(default=1)),
                ("first_day", models.DateField(verbose_name="from")),
                ("after_day", models.DateField(verbose_name="until")),
                ("payer", models.CharField(max_length=40, verbose_name="payer")),
                ("payer_name", models.CharField(max_length=150, verbose_name="name")),
                ("payer_organisation_number", models.CharField(blank=True, max_length=20)),
                ("payee", models.CharField(max_length=60)),
                ("payee_name", models.CharField(max_length=200)),
                ("payee_organisation_number", models.CharField(blank=True, max_length=20)),
                ("payee_address", models.TextField(blank=True)),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("year_from", models.DateField(verbose_name="agreement year from")),
                ("before_from", models.DateField(null=True, verbose_name="compared with the month")),
                ("total", models.DecimalField(decimal_places=2, max_digits=24, verbose_name="total")),
                (
                    "before_total",
                    models.DecimalField(decimal_places=2, max_digits=24, verbose_name="month before"),
                ),
                (
                    "year_total",
                    models.DecimalField(decimal_places=2, max_digits=24, verbose_name="year so far"),
                ),
                ("issued_at", models.DateTimeField(verbose_name="issued")),
                ("due_on", models.DateField(null=True, verbose_name="due")),
                ("is_taken_over", models.BooleanField(default=False, verbose_name="taken over")),
                ("content_hash", models.CharField(max_length=64, verbose_name="hash")),
            ],
            options={
                "verbose_name": "statement",
                "verbose_name_plural": "statements",
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="StatementLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("application", models.CharField(blank=True, max_length=60)),
                ("application_name", models.CharField(blank=True, max_length=150)),
                ("cost_type", models.CharField(max_length=40)),
                ("cost_type_name", models.CharField(max_length=100)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=24)),
                ("before", models.DecimalField(decimal_places=2, default=0, max_digits=24)),
                ("year", models.DecimalField(decimal_places=2, default=0, max_digits=24)),
                ("concerns", models.DateField(null=True)),
                (
                    "references",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12), default=list, size=None
                    ),
                ),
                ("description", models.CharField(blank=True, max_length=300)),
                ("vat_rate", models.DecimalField(decimal_places=3, max_digits=6, null=True)),
                ("account", models.CharField(blank=True, max_length=40)),
                ("department", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "ordering": ["statement", "position"],
            },
        ),
        migrations.AlterModelOptions(
            name="runtotal",
            options={
                "ordering": ["municipality__country", "municipality__code"],
                "verbose_name": "municipality's total",
                "verbose_name_plural": "municipalities' totals",
            },
        ),
        migrations.AddField(
            model_name="period",
            name="checked_mark",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="period",
            name="failure",
            field=models.TextField(blank=True, verbose_name="why it could not be computed"),
        ),
        migrations.AddField(
            model_name="period",
            name="is_taken_over",
            field=models.BooleanField(
                default=False, verbose_name="closed as empty when release 0.1 was taken over"
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="kind",
            field=models.CharField(
                choices=[("month", "month"), ("should_be", "should be")], default="month", max_length=10
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="money_mark",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="run",
            name="notices",
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name="cost",
            name="credits",
            field=models.ForeignKey(
                blank=True,
                help_text="The cost that this credit note refunds, in full or in part, on days of its own.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="billing.cost",
                verbose_name="refunds",
            ),
        ),
        migrations.AlterField(
            model_name="run",
            name="total",
            field=models.DecimalField(decimal_places=2, max_digits=24, verbose_name="total"),
        ),
        migrations.AlterField(
            model_name="run",
            name="unallocated",
            field=models.DecimalField(decimal_places=2, max_digits=24, verbose_name="unallocated"),
        ),
        migrations.AddField(
            model_name="latechange",
            name="cooperation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="municipalities.cooperation",
                verbose_name="cooperation",
            ),
        ),
        migrations.AddField(
            model_name="latechange",
            name="cost",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="late_changes", to="billing.cost"
            ),
        ),
        migrations.AddField(
            model_name="latechange",
            name="period",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="late_changes",
                to="billing.period",
                verbose_name="month",
            ),
        ),
        migrations.AddField(
            model_name="latechange",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="billing.run"
            ),
        ),
        migrations.AddField(
            model_name="latedecision",
            name="cooperation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="municipalities.cooperation",
                verbose_name="cooperation",
            ),
        ),
        migrations.AddField(
            model_name="latedecision",
            name="cost",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="late_decisions", to="billing.cost"
            ),
        ),
        migrations.AddField(
            model_name="latedecision",
            name="decided_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="decided by",
            ),
        ),
        migrations.AddField(
            model_name="latedecision",
            name="period",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="late_decisions",
                to="billing.period",
                verbose_name="month",
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="cooperation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="municipalities.cooperation",
                verbose_name="cooperation",
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="municipality",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="municipalities.municipality",
                verbose_name="municipality",
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="period",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statements",
                to="billing.period",
                verbose_name="month",
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="billing.run"
            ),
        ),
        migrations.AddField(
            model_name="statementline",
            name="cooperation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="municipalities.cooperation",
                verbose_name="cooperation",
            ),
        ),
        migrations.AddField(
            model_name="statementline",
            name="corrects",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.statementline",
            ),
        ),
        migrations.AddField(
            model_name="statementline",
            name="statement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="billing.statement"
            ),
        ),
        migrations.AddConstraint(
            model_name="latechange",
            constraint=models.UniqueConstraint(fields=("period", "cost"), name="billing_late_change_once"),
        ),
        migrations.AddIndex(
            model_name="latedecision",
            index=models.Index(fields=["period", "cost"], name="billing_late_decision"),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(
                fields=("cooperation", "number"), name="billing_statement_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(fields=("run", "payer"), name="billing_statement_payer_once"),
        ),
        migrations.AddConstraint(
            model_name="statementline",
            constraint=models.UniqueConstraint(
                fields=("statement", "position"), name="billing_statement_line_once"
            ),
        ),
    ]
