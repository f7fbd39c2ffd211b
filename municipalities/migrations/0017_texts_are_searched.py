"""A text as it is searched: lower case, without accents, with spaces for signs; the same for ever, so that it
may be kept in generated columns."""

from django.db import migrations

MAKE = r"""
CREATE OR REPLACE FUNCTION search_plain(said text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT SET search_path = public, pg_temp AS $$
BEGIN
  said := lower(said);
  IF octet_length(said) <> length(said) THEN
    said := replace(replace(replace(said, 'å', 'a'), 'ä', 'a'), 'ö', 'o');
    said := replace(replace(replace(said, 'é', 'e'), 'ø', 'o'), 'æ', 'ae');
    IF octet_length(said) <> length(said) THEN
      said := regexp_replace(normalize(said, NFKD), '[\u0300-\u036f]', '', 'g');
      said := replace(replace(replace(lower(said), 'ß', 'ss'), 'ø', 'o'), 'æ', 'ae');
      said := replace(replace(replace(replace(said, 'ð', 'd'), 'đ', 'd'), 'þ', 'th'), 'ł', 'l');
      said := replace(replace(said, 'ŧ', 't'), 'ŋ', 'n');
      said := regexp_replace(said, '[\u0080-\u00bf\u2000-\u206f]', ' ', 'g');
    END IF;
  END IF;
  said := replace(replace(replace(replace(said, '-', ' '), '/', ' '), '.', ' '), ',', ' ');
  said := replace(replace(replace(replace(said, ':', ' '), '(', ' '), ')', ' '), '"', ' ');
  RETURN replace(replace(replace(replace(said, '_', ' '), '@', ' '), '&', ' '), '''', ' ');
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0016_colleagues_and_when_they_are_away")]

    operations = [migrations.RunSQL(MAKE, "DROP FUNCTION search_plain(text)")]
