"""RFM scoring of an order log by DuckDB, Polars, chDB and pandas: one engine a process.

usage: scoring_engines.py ENGINE csv|parquet INPUT OUTPUT.parquet

Each reads customer_id, date and amount, summarises every customer (first and last day, orders, exact total),
takes the quintile cuts of recency, frequency and monetary by linear interpolation, and scores 1 + the number of
cuts below the value (for recency 5 - that number): what `strata score` does, less the segment, the distinct
purchase days and the store, which the peers are spared.
"""

import sys

CUTS = [0.2, 0.4, 0.6, 0.8]


def duckdb(kind, source, target):
    import duckdb as engine

    if kind == "csv":
        table = (f"read_csv('{source}', header=true, columns={{'customer_id': 'VARCHAR', 'date': 'DATE', "
                 f"'amount': 'DECIMAL(18,4)'}})")
    else:
        table = f"read_parquet('{source}')"
    score = " + ".join
    terms = {
        "r": score(f"(recency > q.r[{i}])::INT" for i in range(1, 5)),
        "f": score(f"(orders > q.f[{i}])::INT" for i in range(1, 5)),
        "m": score(f"(total > q.m[{i}])::INT" for i in range(1, 5)),
    }
    engine.sql(f"""
        COPY (
          WITH s AS (
            SELECT customer_id, min(date) AS first_purchase, max(date) AS last_purchase,
                   count(*) AS orders, sum(amount) AS total
            FROM {table} GROUP BY customer_id),
          d AS (SELECT *, (SELECT max(last_purchase) FROM s) - last_purchase AS recency FROM s),
          q AS (SELECT quantile_cont(recency::DOUBLE, {CUTS}) AS r, quantile_cont(orders::DOUBLE, {CUTS}) AS f,
                       quantile_cont(total::DOUBLE, {CUTS}) AS m FROM d)
          SELECT customer_id, first_purchase, last_purchase, recency, orders, total,
                 5 - ({terms['r']}) AS r, 1 + {terms['f']} AS f, 1 + {terms['m'].replace('total', 'total::DOUBLE')} AS m
          FROM d, q
        ) TO '{target}' (FORMAT parquet)""")


def chdb(kind, source, target):
    from chdb import session

    if kind == "csv":
        table = (f"file('{source}', 'CSVWithNames', 'customer_id String, date Date32, amount Decimal(18,4)')")
    else:
        table = f"file('{source}', 'Parquet')"
    cuts = ", ".join(map(str, CUTS))
    engine = session.Session()
    engine.query("CREATE DATABASE IF NOT EXISTS b")
    engine.query("USE b")
    engine.query(f"""
        CREATE TABLE s ENGINE = Memory AS
          SELECT customer_id, min(date) AS first_purchase, max(date) AS last_purchase, count() AS orders,
                 sum(amount) AS total
          FROM {table} GROUP BY customer_id""")
    engine.query(f"""
        INSERT INTO FUNCTION file('{target}', 'Parquet')
        WITH (SELECT max(last_purchase) FROM s) AS as_of,
             (SELECT quantilesExactInclusive({cuts})(toFloat64(dateDiff('day', last_purchase, as_of))) FROM s) AS qr,
             (SELECT quantilesExactInclusive({cuts})(toFloat64(orders)) FROM s) AS qf,
             (SELECT quantilesExactInclusive({cuts})(toFloat64(total)) FROM s) AS qm
        SELECT customer_id, first_purchase, last_purchase, dateDiff('day', last_purchase, as_of) AS recency, orders,
               total,
               5 - arrayCount(c -> recency > c, qr) AS r,
               1 + arrayCount(c -> toFloat64(orders) > c, qf) AS f,
               1 + arrayCount(c -> toFloat64(total) > c, qm) AS m
        FROM s""")


def polars(kind, source, target):
    import polars as pl

    if kind == "csv":
        rows = pl.scan_csv(
            source, schema={"customer_id": pl.String, "date": pl.Date, "amount": pl.Float64})
    else:
        rows = pl.scan_parquet(source)
    summary = (
        rows.group_by("customer_id")
        .agg(first_purchase=pl.col("date").min(), last_purchase=pl.col("date").max(), orders=pl.len(),
             total=(pl.col("amount") * 100).round().cast(pl.Int64).sum() if kind == "csv"
             else (pl.col("amount").cast(pl.Float64) * 100).round().cast(pl.Int64).sum())
        .with_columns(total=pl.col("total") / 100)
        .collect(engine="streaming"))
    summary = summary.with_columns(
        recency=(pl.col("last_purchase").max() - pl.col("last_purchase")).dt.total_days())

    def above(name):
        cuts = [summary[name].cast(pl.Float64).quantile(q, "linear") for q in CUTS]
        return sum((pl.col(name) > cut).cast(pl.Int8) for cut in cuts)

    summary.with_columns(r=5 - above("recency"), f=1 + above("orders"), m=1 + above("total")).write_parquet(target)


def pandas(kind, source, target):
    import pandas as pd

    if kind == "csv":
        rows = pd.read_csv(source, engine="pyarrow", dtype={"customer_id": "string[pyarrow]"}, parse_dates=["date"])
    else:
        rows = pd.read_parquet(source)
        rows["amount"] = rows["amount"].astype(float)
    rows["cents"] = (rows["amount"] * 100).round().astype("int64")
    rows["date"] = pd.to_datetime(rows["date"])
    summary = rows.groupby("customer_id", sort=False).agg(
        first_purchase=("date", "min"), last_purchase=("date", "max"), orders=("date", "size"),
        total=("cents", "sum")).reset_index()
    summary["total"] /= 100
    summary["recency"] = (summary["last_purchase"].max() - summary["last_purchase"]).dt.days

    def above(name):
        return sum((summary[name] > summary[name].quantile(q)).astype("int8") for q in CUTS)

    summary["r"] = 5 - above("recency")
    summary["f"] = 1 + above("orders")
    summary["m"] = 1 + above("total")
    summary.to_parquet(target)


if __name__ == "__main__":
    name, kind, source, target = sys.argv[1:]
    {"duckdb": duckdb, "chdb": chdb, "polars": polars, "pandas": pandas}[name](kind, source, target)
