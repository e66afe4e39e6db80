"""Prepares and checks what scoring.py times, in processes of its own: a process that is started by one with much
memory would be reported with that memory as its peak.

usage: scoring_data.py prepare ORDERS PARQUET DAY
       scoring_data.py check NAME=FILE:RECENCY_COLUMN …
"""

import pathlib
import sys

import duckdb


def prepare(orders, parquet, day):
    """Writes the orders as Parquet, and 1% of them again as the orders of one day more, in the form of the log (dates
    without a time, amounts with two decimals); prints the number of rows of both."""
    if not pathlib.Path(parquet).exists():
        duckdb.sql(
            f"COPY (SELECT * FROM read_csv('{orders}', columns={{'customer_id': 'VARCHAR', 'date': 'DATE', "
            f"'amount': 'DECIMAL(18,4)'}})) TO '{parquet}' (FORMAT parquet, COMPRESSION lz4)")
    if not pathlib.Path(day).exists():
        duckdb.sql(
            f"COPY (SELECT customer_id, ((SELECT max(date) FROM '{parquet}') + INTERVAL 1 DAY)::DATE AS date, "
            f"amount::DECIMAL(18,2) AS amount FROM (SELECT * FROM '{parquet}' USING SAMPLE 1% (bernoulli, 1))) TO '{day}' "
            f"(HEADER, DATEFORMAT '%Y-%m-%d')")
    rows = duckdb.sql(f"SELECT count(*) FROM '{parquet}'").fetchall()[0][0]
    print(rows, duckdb.sql(f"SELECT count(*) FROM read_csv('{day}')").fetchall()[0][0])


def check(files):
    """Every customer has the same figures everywhere, or the comparison ends."""
    reference = None
    for argument in files:
        name, rest = argument.split("=", 1)
        path, recency = rest.rsplit(":", 1)
        is_csv = path.endswith(".csv")
        duckdb.sql(
            f"CREATE TABLE \"{name}\" AS SELECT customer_id::VARCHAR AS id, last_purchase::DATE AS l, "
            f"{recency}::INT AS n, orders::INT AS o, "
            f"round({'monetary_total' if is_csv else 'total'}::DOUBLE, 4) AS t, r::INT AS r, f::INT AS f, "
            f"m::INT AS m FROM {'read_csv' if is_csv else 'read_parquet'}('{path}')")
        if reference is None:
            reference = name
            continue
        differing = duckdb.sql(
            f"SELECT count(*) FROM \"{reference}\" a FULL JOIN \"{name}\" b ON a.id = b.id "
            "WHERE a.id IS NULL OR b.id IS NULL OR a.l <> b.l OR a.n <> b.n OR a.o <> b.o "
            "OR abs(a.t - b.t) > 1e-6 OR a.r <> b.r OR a.f <> b.f OR a.m <> b.m").fetchall()[0][0]
        if differing:
            raise SystemExit(f"{reference} and {name} differ on {differing} customers: not the same work")
        duckdb.sql(f'DROP TABLE "{name}"')


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(*sys.argv[2:])
    else:
        check(sys.argv[2:])
