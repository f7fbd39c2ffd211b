"""The year's shares as a pandas script would make them: floats, ``to_csv``, COPY. Knows nothing of Django."""

import io
import json
import os
import sys
import time

import numpy as np
import pandas as pd
import psycopg2

COSTS = """
SELECT period.current_run_id AS run_id, line.number AS line_number, line.cooperation_id, cost.amount
FROM billing_cost AS cost
JOIN billing_runline AS line ON line.cost_id = cost.id
JOIN billing_period AS period ON period.current_run_id = line.run_id
JOIN municipalities_cooperation AS cooperation ON cooperation.id = cost.cooperation_id
WHERE cooperation.slug = %s
"""
USERS = """
SELECT reading.municipality_id, reading.value AS users
FROM municipalities_reading AS reading
JOIN municipalities_cooperation AS cooperation ON cooperation.id = reading.cooperation_id
WHERE cooperation.slug = %s
"""
COLUMNS = ["run_id", "municipality_id", "line_number", "cooperation_id", "amount"]


def frame(cursor: "psycopg2.extensions.cursor", query: str, slug: str) -> pd.DataFrame:
    cursor.execute(query, [slug])
    return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description or ()])


def share_out(connection: "psycopg2.extensions.connection", slug: str) -> tuple[int, int]:
    """Write the shares of a year into ``bench_pandas``; how many, and for how many costs they are wrong."""
    with connection, connection.cursor() as cursor:
        costs, places = frame(cursor, COSTS, slug), frame(cursor, USERS, slug)
        costs["amount"] = costs["amount"].astype(float)
        places["users"] = places["users"].astype(float)
        places["part"] = 0.3 / len(places) + 0.7 * places["users"] / places["users"].sum()
        shares = costs.rename(columns={"amount": "cost"}).merge(
            places[["municipality_id", "part"]], how="cross"
        )
        shares["amount"] = (shares["cost"] * shares["part"]).round(2)
        text = io.StringIO()
        shares[COLUMNS].to_csv(text, index=False, header=False)
        text.seek(0)
        cursor.execute("CREATE TABLE bench_pandas (LIKE billing_share)")
        cursor.copy_expert(f"COPY bench_pandas ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT csv)", text)
    return len(shares), misses(shares)


def misses(shares: pd.DataFrame) -> int:
    """For how many costs the shares do not add up to the cost, counted in whole öre."""
    minor = (shares["amount"] * 100).round().astype(np.int64)
    named = {"run": shares["run_id"], "line": shares["line_number"], "minor": minor, "cost": shares["cost"]}
    by_cost = pd.DataFrame(named).groupby(["run", "line"])
    wrong = by_cost["minor"].sum() != (by_cost["cost"].first() * 100).round().astype(np.int64)
    return int(wrong.sum())


def main() -> None:
    connection = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    started = time.perf_counter()
    count, wrong = share_out(connection, sys.argv[1])
    seconds = time.perf_counter() - started
    with connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_pandas")
    sys.stdout.write(json.dumps({"seconds": seconds, "rows": count, "wrong": wrong}) + "\n")


if __name__ == "__main__":
    main()
