"""All strategies measured on a holdout, against DuckDB's time to read the same orders and score RFM alone.

usage: strategies.py --strata PATH [--customers 1000000] [--rounds 3] [--work DIR] [--results DIR]

No peer measures strategies, so the yardstick is what an analyst would have to do before any of it: read the CSV and
compute RFM. The share of the bootstrap is the difference between 1,000 draws and one.
"""

import argparse
import pathlib
import sys

import comparison

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--strata", required=True)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", default="/tmp/strata-peers")
    parser.add_argument("--results", default=str(HERE / "results"))
    arguments = parser.parse_args()
    strata = arguments.strata
    work = pathlib.Path(arguments.work)
    work.mkdir(parents=True, exist_ok=True)
    orders = work / f"orders-{arguments.customers}.csv"
    if not orders.exists():
        comparison.run_once([strata, "generate", "-o", orders, "--customers", str(arguments.customers), "--seed", "1"])
    store = work / f"strategies-{arguments.customers}"
    if not store.exists():
        comparison.run_once([strata, "ingest", store, orders])
    target = work / "duckdb.parquet"

    run = comparison.Comparison(f"All strategies, one fold, {arguments.customers:,} customers", arguments.rounds)
    run.add("strata evaluate", [strata, "evaluate", store, "--json"])
    run.add("strata evaluate, one draw", [strata, "evaluate", store, "--draws", "1", "--json"])
    run.add("duckdb: RFM from CSV alone", [sys.executable, HERE / "scoring_engines.py", "duckdb", "csv", orders, target],
            before=lambda: target.unlink(missing_ok=True))
    table = run.run()
    whole, single, duckdb = (row["median_seconds"] for row in table["rows"])
    table["notes"] = [
        f"DuckDB's time and 3 s: {duckdb + 3:.2f} s.",
        f"The bootstrap's 1,000 draws take {whole - single:.2f} s, {(whole - single) / whole:.0%} of the whole."]
    version = comparison.run_once([strata, "--version"])[2].strip()
    comparison.write(
        {"title": "Which strategy pays", "machine": comparison.machine(),
         "versions": {"strata": version, **comparison.versions("duckdb")}, "tables": [table]},
        f"strategies-{arguments.customers}", arguments.results)


if __name__ == "__main__":
    main()
