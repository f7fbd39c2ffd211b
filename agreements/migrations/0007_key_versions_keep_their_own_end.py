"""A version keeps the end that it has by itself, beside the one that the version after it makes.

Of those that stand, an end on the day the next one begins is taken to come from that one, for nothing else
says where it came from; any other is the version's own.
"""

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery


def tell_ends_apart(apps, schema_editor):
    versions = apps.get_model("agreements", "KeyVersion")._base_manager
    later = versions.filter(key=OuterRef("key"), valid_from__gt=OuterRef("valid_from")).order_by("valid_from")
    ended = versions.annotate(next_from=Subquery(later.values("valid_from")[:1])).filter(
        next_from__isnull=False, valid_until__isnull=False
    )
    for version in ended.exclude(valid_until=F("next_from")):
        versions.filter(pk=version.pk).update(own_end=version.valid_until)


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0006_names_in_every_language"),
    ]

    operations = [
        migrations.AddField(
            model_name="keyversion",
            name="own_end",
            field=models.DateField(
                editable=False,
                help_text="The first day it would not have held, had no other version followed it.",
                null=True,
                verbose_name="its own end",
            ),
        ),
        migrations.RunPython(tell_ends_apart, migrations.RunPython.noop, elidable=True),
    ]
