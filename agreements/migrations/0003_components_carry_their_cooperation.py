"""Components and their fixed parts carry their cooperation, like every row of one."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
UPDATE agreements_component AS component SET cooperation_id = version.cooperation_id
FROM agreements_keyversion AS version WHERE version.id = component.version_id;
UPDATE agreements_fixedpart AS part SET cooperation_id = component.cooperation_id
FROM agreements_component AS component WHERE component.id = part.component_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


def cooperation(*, null: bool) -> models.ForeignKey:
    return models.ForeignKey(
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="municipalities.cooperation",
        verbose_name="cooperation",
    )


class Migration(migrations.Migration):
    dependencies = [("agreements", "0002_percentages_are_100")]
    operations = [
        *(
            migrations.AddField(name, "cooperation", cooperation(null=True))
            for name in ("component", "fixedpart")
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        *(
            migrations.AlterField(name, "cooperation", cooperation(null=False))
            for name in ("component", "fixedpart")
        ),
    ]
