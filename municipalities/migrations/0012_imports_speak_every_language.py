"""What is said of an import is kept in every language; until now it was in that of whoever uploaded it."""

from django.db import migrations, models

OWN_LANGUAGE = (
    "UPDATE municipalities_uploadfinding AS finding SET language = upload.language"
    " FROM municipalities_upload AS upload WHERE upload.id = finding.upload_id"
)


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0011_files_are_uploaded")]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="words",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="uploadfinding",
            name="language",
            field=models.CharField(
                choices=[("en", "English"), ("sv", "Svenska")],
                default="en",
                max_length=10,
                verbose_name="language",
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(OWN_LANGUAGE, migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name="uploadfinding",
            name="municipalities_finding_once",
        ),
        migrations.AddConstraint(
            model_name="uploadfinding",
            constraint=models.UniqueConstraint(
                fields=("upload", "language", "place", "number"), name="municipalities_finding_once"
            ),
        ),
    ]
