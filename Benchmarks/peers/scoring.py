"""Strata against DuckDB, Polars, chDB and pandas: from an order log to scored customers.

usage: scoring.py --strata PATH [--customers 1000000] [--rounds 5] [--work DIR] [--results DIR] [--skip pandas]

Three tables: from CSV (`strata run`, against CSV to Parquet), rescoring (`strata score` of an existing store,
against Parquet to Parquet), and a new day (1% more rows ingested and rescored, as a share of the full run).
Before anything is timed, the customers' scores of all contenders are compared, all of them.
"""

import argparse
import json
import pathlib
import shutil
import sys

import comparison

HERE = pathlib.Path(__file__).resolve().parent


def engine(name, kind, source, target):
    return [sys.executable, HERE / "scoring_engines.py", name, kind, source, target]


def check_equal(files):
    """Every customer has the same figures everywhere, or the comparison ends."""
    import duckdb

    reference = None
    for name, (path, recency) in files.items():
        reader = "read_csv" if path.suffix == ".csv" else "read_parquet"
        table = duckdb.sql(
            f"SELECT customer_id::VARCHAR AS id, last_purchase::DATE AS l, {recency}::INT AS n, orders::INT AS o, "
            f"round({'monetary_total' if path.suffix == '.csv' else 'total'}::DOUBLE, 4) AS t, r::INT AS r, f::INT AS f, "
            f"m::INT AS m FROM {reader}('{path}')")
        if reference is None:
            reference = (name, table)
            continue
        left, right = reference[1], table
        duckdb.register("left_rows", left.df())
        duckdb.register("right_rows", right.df())
        differing = duckdb.sql(
            "SELECT count(*) FROM left_rows a FULL JOIN right_rows b ON a.id = b.id WHERE a.id IS NULL OR b.id IS NULL "
            "OR a.l <> b.l OR a.n <> b.n OR a.o <> b.o OR abs(a.t - b.t) > 1e-6 OR a.r <> b.r OR a.f <> b.f "
            "OR a.m <> b.m").fetchall()[0][0]
        if differing:
            raise SystemExit(f"{reference[0]} and {name} differ on {differing} customers: not the same work")
    print(f"  all equal: {', '.join(files)}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--strata", required=True)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", default="/tmp/strata-peers")
    parser.add_argument("--results", default=str(HERE / "results"))
    parser.add_argument("--skip", action="append", default=[])
    arguments = parser.parse_args()
    strata = arguments.strata
    work = pathlib.Path(arguments.work)
    work.mkdir(parents=True, exist_ok=True)
    peers = [name for name in ("duckdb", "chdb", "polars", "pandas") if name not in arguments.skip]

    orders = work / f"orders-{arguments.customers}.csv"
    if not orders.exists():
        comparison.run_once([strata, "generate", "-o", orders, "--customers", str(arguments.customers), "--seed", "1"])
    day = work / f"day-{arguments.customers}.csv"
    parquet = work / f"orders-{arguments.customers}.parquet"
    import duckdb

    if not parquet.exists():
        duckdb.sql(
            f"COPY (SELECT * FROM read_csv('{orders}', columns={{'customer_id': 'VARCHAR', 'date': 'DATE', "
            f"'amount': 'DECIMAL(18,4)'}})) TO '{parquet}' (FORMAT parquet, COMPRESSION lz4)")
    if not day.exists():
        duckdb.sql(
            f"COPY (SELECT customer_id, (SELECT max(date) FROM '{parquet}') + INTERVAL 1 DAY AS date, amount "
            f"FROM (SELECT * FROM '{parquet}' USING SAMPLE 1% (bernoulli, 1))) TO '{day}' "
            f"(HEADER, DATEFORMAT '%Y-%m-%d')")
    rows = duckdb.sql(f"SELECT count(*) FROM '{parquet}'").fetchall()[0][0]
    size = orders.stat().st_size

    store, scores = work / "store", work / "scores.csv"
    run = [strata, "run", store, orders, "-o", scores, "--clv", "none", "--clusters", "none", "--json"]
    score = [strata, "score", store, "--clv", "none", "--clusters", "none", "--json"]

    def fresh_store():
        shutil.rmtree(store, ignore_errors=True)

    tables = []
    title = f"From CSV: {rows:,} rows, {arguments.customers:,} customers, {size / 1e6:.0f} MB"
    full = comparison.Comparison(title, arguments.rounds)
    full.add("strata run (store and CSV)", run, before=fresh_store)
    files = {}
    for name in peers:
        target = work / f"{name}.parquet"
        full.add(name, engine(name, "csv", orders, target), before=lambda target=target: target.unlink(missing_ok=True))
        files[name] = (target, "recency" if name in ("duckdb", "chdb", "polars", "pandas") else "recency_days")
    tables.append(full.run())
    check_equal({"strata": (scores, "recency_days"), **files})
    stored = sum(path.stat().st_size for path in store.rglob("*") if path.is_file())
    tables[-1]["notes"] = [
        "All contenders give every customer the same figures and scores.",
        f"The store takes {stored / 1e6:.0f} MB, {stored / size:.1%} of the CSV."]

    again = comparison.Comparison(f"Rescoring {rows:,} rows on disk", arguments.rounds)
    again.add("strata score --full", score + ["--full"])
    again.add("strata score", score)
    for name in peers:
        target = work / f"{name}.parquet"
        again.add(name, engine(name, "parquet", parquet, target),
                  before=lambda target=target: target.unlink(missing_ok=True))
    tables.append(again.run())
    tables[-1]["notes"] = ["Peak memory below that of the measuring process itself is not seen here."]

    template = work / "store-template"
    shutil.rmtree(template, ignore_errors=True)
    fresh_store()
    comparison.run_once(run)
    shutil.copytree(store, template)

    def copied_store():
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(template, store)

    new_day = comparison.Comparison(f"A new day: {sum(1 for _ in open(day)) - 1:,} rows more, rescored", arguments.rounds)
    new_day.add("strata run (one day more)",
                [strata, "run", store, day, "--clv", "none", "--clusters", "none", "--json"], before=copied_store)
    tables.append(new_day.run())
    share = tables[-1]["rows"][0]["median_seconds"] / tables[0]["rows"][0]["median_seconds"]
    tables[-1]["notes"] = [f"{share:.1%} of the full run."]

    version = comparison.run_once([strata, "--version"])[2].strip()
    comparison.write(
        {"title": "Scoring an order log", "machine": comparison.machine(),
         "versions": {"strata": version, **comparison.versions("duckdb", "chdb", "polars", "pandas")},
         "tables": tables},
        f"scoring-{arguments.customers}", arguments.results)


if __name__ == "__main__":
    main()
