"""Strata against DuckDB, Polars, chDB and pandas: from an order log to scored customers.

usage: scoring.py --strata PATH [--customers 1000000,4000000] [--rounds 5] [--work DIR] [--results DIR]
                  [--skip pandas]

Three tables a size: from CSV (`strata run`, against CSV to Parquet), rescoring (`strata score` of an existing
store, against Parquet to Parquet), and a new day (1% more rows ingested and rescored, as a share of the full run).
Before anything is timed again, the customers' scores of all contenders are compared, all of them.

This process stays small: a process's peak memory, as the system reports it, is at least that of the process that
started it. What needs memory (scoring_data.py, scoring_engines.py) runs in processes of its own.
"""

import argparse
import os
import pathlib
import shutil
import sys

import comparison

HERE = pathlib.Path(__file__).resolve().parent


def engine(name, kind, source, target):
    return [sys.executable, HERE / "scoring_engines.py", name, kind, source, target]


def data(*arguments):
    """Output of scoring_data.py."""
    return comparison.run_once([sys.executable, HERE / "scoring_data.py", *arguments])[2]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--strata", required=True)
    parser.add_argument("--customers", default="1000000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", default="/tmp/strata-peers")
    parser.add_argument("--results", default=str(HERE / "results"))
    parser.add_argument("--skip", action="append", default=[])
    arguments = parser.parse_args()
    for customers in arguments.customers.split(","):
        compare(arguments, int(customers))


def compare(arguments, customers):
    strata = arguments.strata
    work = pathlib.Path(arguments.work)
    work.mkdir(parents=True, exist_ok=True)
    peers = [name for name in ("duckdb", "chdb", "polars", "pandas") if name not in arguments.skip]

    orders = work / f"orders-{customers}.csv"
    if not orders.exists():
        comparison.run_once([strata, "generate", "-o", orders, "--customers", str(customers), "--seed", "1"])
    day = work / f"day-{customers}.csv"
    parquet = work / f"orders-{customers}.parquet"
    rows, day_rows = map(int, data("prepare", orders, parquet, day).split())
    size = orders.stat().st_size

    store, scores = work / "store", work / "scores.csv"
    run = [strata, "run", store, orders, "-o", scores, "--clv", "none", "--clusters", "none", "--json"]
    score = [strata, "score", store, "--clv", "none", "--clusters", "none", "--json"]

    def fresh_store():
        shutil.rmtree(store, ignore_errors=True)

    tables = []
    title = f"From CSV: {rows:,} rows, {customers:,} customers, {size / 1e6:.0f} MB"
    full = comparison.Comparison(title, arguments.rounds)
    full.add("strata run (store and CSV)", run, before=fresh_store)
    files = {}
    for name in peers:
        target = work / f"{name}.parquet"
        full.add(name, engine(name, "csv", orders, target), before=lambda target=target: target.unlink(missing_ok=True))
        files[name] = f"{name}={target}:recency"
    tables.append(full.run())
    data("check", f"strata={scores}:recency_days", *files.values())
    print(f"  all equal: strata, {', '.join(files)}", file=sys.stderr)
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

    template = work / "store-template"
    shutil.rmtree(template, ignore_errors=True)
    fresh_store()
    comparison.run_once(run)
    shutil.copytree(store, template)

    def copied_store():
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(template, store)
        # The copy's own way to the disk is not the new day's.
        os.sync()

    new_day = comparison.Comparison(f"A new day: {day_rows:,} rows more, rescored", arguments.rounds)
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
        f"scoring-{customers}", arguments.results)


if __name__ == "__main__":
    main()
