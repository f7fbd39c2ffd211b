"""Shares as lines of a file, which the database writes itself: a nation's year is too much for rows."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Any

from sharedict.common.copying import copied
from sharedict.common.csv_forms import PLAIN, CsvForm
from sharedict.common.sheets import FORMULA_STARTS

NO_RUN = (0, "", "", 0)

RUNS_SQL = """
SELECT run.id, to_char(period.first_day, 'YYYY-MM'), period.state, run.number
FROM billing_period AS period JOIN billing_run AS run ON run.id = period.current_run_id
WHERE period.cooperation_id = %s AND period.first_day >= %s AND period.first_day < %s
ORDER BY period.first_day
"""

# NEUTRAL(x) is sharedict.common.sheets.neutral, by the same expression. It is done once for each line and
# municipality, not once for each share of them. Shares are sorted before they are joined, which their index
# does for nothing; the small tables are then joined to them row by row, so they stay in order.
# AMOUNT(x) is x with the decimal mark of the file's form, by which the delimiter goes too.
SHARES_SQL = re.sub(
    r"NEUTRAL\((.+?)\)",
    r"regexp_replace(\1, %(formulas)s, '''', 'g')",
    """
COPY (
    WITH line AS MATERIALIZED (
        SELECT NEUTRAL(reference) AS reference,
               NEUTRAL(application_code) AS application, NEUTRAL(application_name) AS application_name,
               NEUTRAL(cost_type_code) AS cost_type, NEUTRAL(cost_type_name) AS cost_type_name,
               NEUTRAL(supplier) AS supplier, NEUTRAL(description) AS description,
               NEUTRAL(key_code) AS key, key_version, amount, number, to_char(concerns, 'YYYY-MM') AS concerns
        FROM billing_runline WHERE run_id = %(run)s
    ), place AS MATERIALIZED (
        SELECT municipality.id, municipality.country || municipality.code AS key,
               NEUTRAL(total.name) AS name, statement.number AS statement_number
        FROM billing_runtotal AS total
        JOIN municipalities_municipality AS municipality ON municipality.id = total.municipality_id
        LEFT JOIN billing_statement AS statement
            ON statement.run_id = total.run_id AND statement.municipality_id = total.municipality_id
        WHERE total.run_id = %(run)s AND (%(limit)s IS NULL OR total.municipality_id = ANY(%(limit)s))
    )
    SELECT %(month)s AS month, %(state)s AS state, %(number)s AS run,
           place.key AS municipality, place.name AS municipality_name, place.statement_number,
           line.reference, line.application, line.application_name, line.cost_type, line.cost_type_name,
           line.supplier, line.description, line.key, line.key_version, AMOUNT(line.amount) AS cost_amount,
           AMOUNT(share.amount) AS share, %(currency)s AS currency, line.concerns AS corrects_month
    FROM (
        SELECT municipality_id, line_number, amount FROM billing_share
        WHERE run_id = %(run)s ORDER BY municipality_id, line_number
    ) AS share
    JOIN line ON line.number = share.line_number
    JOIN place ON place.id = share.municipality_id
) TO STDOUT WITH (FORMAT csv, DELIMITER %(delimiter)s, HEADER %(header)s)
""",
)


def share_lines(
    *,
    cooperation_id: int,
    currency: str,
    first: dt.date,
    after: dt.date,
    municipality_ids: Iterable[int] | None,
    form: CsvForm = PLAIN,
) -> Iterator[bytes]:
    """Every share of the months in ``[first, after)``, month by month, as lines of ``documents.csv``.

    The first line names its COLUMNS. ``municipality_ids`` limits it to those; None is all. The lines come
    straight from the database, so a nation's year needs no more memory than a village's.
    """

    amount = r"\1" if form.decimal == "." else r"replace((\1)::text, '.', %(decimal)s)"
    query = re.sub(r"AMOUNT\((.+?)\)", amount, SHARES_SQL)

    def statements(cursor: Any) -> Iterator[bytes]:
        cursor.execute(RUNS_SQL, [cooperation_id, first, after])
        for place, (run, month, state, number) in enumerate(cursor.fetchall() or [NO_RUN]):
            yield cursor.mogrify(
                query,
                {
                    "delimiter": form.delimiter,
                    "decimal": form.decimal,
                    "run": run,
                    "month": month,
                    "state": state,
                    "number": number,
                    "currency": currency,
                    "formulas": FORMULA_STARTS,
                    "limit": None if municipality_ids is None else sorted(municipality_ids),
                    "header": place == 0,
                },
            )

    return copied(statements)
