"""Who approves orders of each kind is a cooperation's own choice; without one, what was fixed before holds."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("municipalities", "0020_members_write_codes_and_tokens_order"),
        ("services", "0017_what_is_sent_stays"),
    ]

    operations = [
        migrations.CreateModel(
            name="OrderRule",
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
                        choices=[
                            ("standard", "standard item"),
                            ("new_service", "new service"),
                            ("replacement", "replacement"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "decided_by",
                    models.CharField(
                        choices=[
                            ("coordinator", "a coordinator of the municipality"),
                            ("administrator", "an administrator of the cooperation"),
                        ],
                        max_length=20,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "refers_to_decision",
                    models.BooleanField(
                        default=False,
                        help_text="Such as of a body, which whoever approves names with its day and paragraph.",
                        verbose_name="refers to a decision",
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
                "verbose_name": "rule of orders",
                "verbose_name_plural": "rules of orders",
                "ordering": ["cooperation", "kind"],
                "constraints": [
                    models.UniqueConstraint(fields=("cooperation", "kind"), name="services_orderrule_once"),
                    models.CheckConstraint(
                        condition=models.Q(("decided_by__in", ["coordinator", "administrator"])),
                        name="services_orderrule_known_role",
                    ),
                ],
            },
        ),
    ]
