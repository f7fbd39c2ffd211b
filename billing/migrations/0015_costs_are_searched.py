"""What is searched of a cost stands beside it, kept by the database: there are very many of them."""

from django.db import migrations

ADD = r"""
ALTER TABLE billing_cost ADD COLUMN searched text GENERATED ALWAYS AS (search_plain(
  ' ' || reference || ' ' || description || E' \n '
  || supplier || ' ' || invoice_number || ' ' || external_id || ' '
)) STORED
"""


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0014_papers_of_statements"),
        ("municipalities", "0017_texts_are_searched"),
    ]

    operations = [migrations.RunSQL(ADD, "ALTER TABLE billing_cost DROP COLUMN searched")]
