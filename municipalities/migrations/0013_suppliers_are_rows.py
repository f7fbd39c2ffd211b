"""Whoever supplies a link becomes a row of its own, once for each name however its letters are written."""

from typing import Any

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


def found(apps: Any, schema_editor: Any) -> None:
    links, suppliers = apps.get_model("municipalities", "Link"), apps.get_model("municipalities", "Supplier")
    known: dict[tuple[int, str], Any] = {}
    for link in links.objects.exclude(supplier_name="").order_by("pk"):
        name = link.supplier_name
        which = link.cooperation_id, name.lower()
        if which not in known:
            known[which] = suppliers.objects.create(cooperation_id=link.cooperation_id, name=name)
        links.objects.filter(pk=link.pk).update(supplier=known[which])


def named(apps: Any, schema_editor: Any) -> None:
    links = apps.get_model("municipalities", "Link")
    for link in links.objects.exclude(supplier=None).select_related("supplier"):
        links.objects.filter(pk=link.pk).update(supplier_name=link.supplier.name)


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0012_imports_speak_every_language")]

    operations = [
        migrations.CreateModel(
            name="Supplier",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "contact",
                    models.CharField(
                        blank=True,
                        max_length=200,
                        verbose_name="whom to reach",
                        help_text="Telephone and hours, at night too.",
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
            options={"verbose_name": "supplier", "verbose_name_plural": "suppliers", "ordering": ["name"]},
        ),
        migrations.AddConstraint(
            model_name="supplier",
            constraint=models.UniqueConstraint(
                models.F("cooperation"),
                django.db.models.functions.text.Lower("name"),
                name="municipalities_supplier_name_once",
                violation_error_message="There is already a supplier with this name.",
            ),
        ),
        migrations.RenameField("link", "supplier", "supplier_name"),
        migrations.AddField(
            model_name="link",
            name="supplier",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="links",
                to="municipalities.supplier",
                verbose_name="supplier",
            ),
        ),
        migrations.RunPython(found, named),
        migrations.RemoveField("link", "supplier_name"),
    ]
