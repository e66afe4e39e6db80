"""Strata's query socket against DuckDB, chDB and Polars in process, on the same customers.

usage: queries.py --strata PATH [--customers 4000000] [--rounds 7] [--work DIR] [--results DIR] [--skip chdb]
                  [--quick]

Peers run inside this process on tables in memory, made for the question: ENUM (DuckDB) and LowCardinality (chDB)
and categorical columns (Polars), and DuckDB with plain VARCHAR. Strata is asked over its Unix socket and timed
here, at the client. Contenders take turns, round by round; answers are compared before anything is timed.
"""

import argparse
import json
import pathlib
import socket
import statistics
import sys
import time

import comparison
import serving_server
import serving_store

HERE = pathlib.Path(__file__).resolve().parent
WHERE = "r >= 4 AND f >= 4 AND region = 'EU'"
GROUPED = "SELECT segment, count(*), sum(monetary_total) FROM customers{} GROUP BY segment"
FILTERED_QUERY = GROUPED.format(f" WHERE {WHERE}")
WHOLE_QUERY = GROUPED.format("")


class StrataClient:
    """The line protocol over a Unix socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def ask(self, line):
        self.socket.sendall(line.encode() + b"\n")
        return self.file.readline()

    def rows(self, line):
        reply = json.loads(self.ask(line))
        if not reply["ok"]:
            raise SystemExit(f"{line}: {reply}")
        return reply["rows"]


def duckdb_contenders(parquet):
    import duckdb

    connection = duckdb.connect()
    connection.sql(f"CREATE TABLE plain AS SELECT * FROM '{parquet}'")
    enums = ", ".join(f"{name}::{name}_enum AS {name}" for name in ("segment", "region"))
    for name in ("segment", "region"):
        connection.sql(f"CREATE TYPE {name}_enum AS ENUM (SELECT DISTINCT {name} FROM plain)")
    connection.sql(f"CREATE TABLE enums AS SELECT * REPLACE ({enums}) FROM plain")
    connection.sql("CREATE TABLE keyed AS SELECT * FROM plain")
    connection.sql("ALTER TABLE keyed ADD PRIMARY KEY (customer_id)")

    def run(table):
        return lambda query: connection.execute(query.replace("FROM customers", f"FROM {table}")).fetchall()

    return {"duckdb, ENUM": run("enums"), "duckdb, VARCHAR": run("plain")}, run("keyed")


def chdb_contender(parquet):
    from chdb import session

    engine = session.Session()
    engine.query("CREATE DATABASE IF NOT EXISTS b")
    engine.query("USE b")
    engine.query(
        "CREATE TABLE customers (customer_id String, segment LowCardinality(String), region LowCardinality(String), "
        "r UInt8, f UInt8, monetary_total Decimal(18, 4)) ENGINE = MergeTree ORDER BY customer_id")
    engine.query(
        f"INSERT INTO customers SELECT customer_id, segment, region, r, f, monetary_total FROM file('{parquet}', "
        "'Parquet')")
    engine.query("OPTIMIZE TABLE customers FINAL")

    def run(query):
        text = engine.query(query, "JSONCompact")
        return [[row[0], int(row[1]), float(row[2])] for row in json.loads(str(text))["data"]]

    return {"chdb, LowCardinality": run}


def polars_contender(parquet):
    import polars as pl

    frame = pl.read_parquet(
        parquet, columns=["segment", "region", "r", "f", "monetary_total"]).with_columns(
            pl.col("segment").cast(pl.Categorical), pl.col("region").cast(pl.Categorical),
            (pl.col("monetary_total").cast(pl.Float64) * 10_000).round().cast(pl.Int64))

    def run(query):
        rows = frame.lazy()
        if "WHERE" in query:
            rows = rows.filter((pl.col("r") >= 4) & (pl.col("f") >= 4) & (pl.col("region") == "EU"))
        found = rows.group_by("segment").agg(pl.len(), pl.col("monetary_total").sum()).collect()
        return [[name, count, total / 10_000] for name, count, total in found.rows()]

    return {"polars, categorical": run}


def normal(rows):
    return sorted((str(row[0]), int(row[1]), round(float(row[2]), 4)) for row in rows)


def timed(contenders, query, rounds, seconds_each):
    """For each contender the median of a call, over all rounds."""
    samples = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, run in contenders.items():
            start = time.perf_counter()
            calls = 0
            while calls < 3 or time.perf_counter() - start < seconds_each:
                before = time.perf_counter()
                run(query)
                if turn > 0:
                    samples[name].append(time.perf_counter() - before)
                calls += 1
    return samples


def table(title, samples, notes=()):
    ours = statistics.median(samples["strata, over the socket"])
    cells = []
    for name, values in samples.items():
        middle = statistics.median(values)
        cells.append([name, f"{middle * 1e3:.3f}", f"{min(values) * 1e3:.3f}",
                      f"{comparison_percentile(values) * 1e3:.3f}", f"{middle / ours:.2f}"])
    rows = {name: {"median": statistics.median(values), "minimum": min(values), "calls": len(values)}
            for name, values in samples.items()}
    return {"title": title, "columns": ["contender", "median ms", "least ms", "p90 ms", "times Strata"],
            "cells": cells, "rows": rows, "notes": list(notes)}


def comparison_percentile(values, share=0.9):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--strata", required=True)
    parser.add_argument("--customers", type=int, default=4_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--work", default="/tmp/strata-peers")
    parser.add_argument("--results", default=str(HERE / "results"))
    parser.add_argument("--skip", action="append", default=[])
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything runs")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.customers, arguments.rounds = min(arguments.customers, 20_000), 1
    work = pathlib.Path(arguments.work)
    store = serving_store.make_store(arguments.strata, work, arguments.customers)
    parquet = work / f"serving-{arguments.customers}.parquet"
    import duckdb

    if not parquet.exists():
        scores = work / "serving-scores.csv"
        comparison.run_once([arguments.strata, "export", store, "-o", scores])
        duckdb.sql(
            f"COPY (SELECT * REPLACE (monetary_total::DECIMAL(18,4) AS monetary_total, r::UTINYINT AS r, "
            f"f::UTINYINT AS f) FROM read_csv('{scores}', types={{'customer_id': 'VARCHAR', 'rfm': 'VARCHAR'}})) "
            f"TO '{parquet}' (FORMAT parquet)")
        scores.unlink()
    server = serving_server.start_strata(arguments.strata, store, work)
    try:
        client = StrataClient(server.unix)
        contenders = {"strata, over the socket": client.rows}
        more, keyed = duckdb_contenders(parquet)
        contenders.update(more)
        if "chdb" not in arguments.skip:
            contenders.update(chdb_contender(parquet))
        if "polars" not in arguments.skip:
            contenders.update(polars_contender(parquet))
        for query in (FILTERED_QUERY, WHOLE_QUERY):
            answers = {name: normal(run(query)) for name, run in contenders.items()}
            for name, answer in answers.items():
                if answer != answers["strata, over the socket"]:
                    raise SystemExit(f"{name} answers {answer}, Strata {answers['strata, over the socket']}")
        print("  all answers are equal", file=sys.stderr)
        seconds = 0.05 if arguments.quick else 0.5
        customers = int(client.rows("SELECT count(*) FROM customers")[0][0])
        tables = [
            table(f"{customers:,} customers: {FILTERED_QUERY}", timed(contenders, FILTERED_QUERY, arguments.rounds, seconds)),
            table(f"{customers:,} customers: {WHOLE_QUERY}", timed(contenders, WHOLE_QUERY, arguments.rounds, seconds))]

        ids = [f"C{(i * 7_919) % customers:012d}" for i in range(1_000)]
        position = [0]

        def next_id():
            position[0] = (position[0] + 1) % len(ids)
            return ids[position[0]]

        profiles = {
            "strata, over the socket": lambda _: client.ask(f"GET {next_id()}"),
            "duckdb, primary key": lambda _: keyed(f"SELECT * FROM customers WHERE customer_id = '{next_id()}'")}
        samples = timed(profiles, "", arguments.rounds, seconds / 2)
        served = json.loads(client.ask("INFO"))["commandstats"]["cmdstat_get"]
        tables.append(table(
            "One profile by id", samples,
            [f"Server time of GET: median {served['p50_us']:.2f} µs, 99th percentile {served['p99_us']:.2f} µs."]))
        tables[-1]["server_microseconds"] = served
        resident = server.resident_bytes() / customers
        tables.append({
            "title": "Memory", "columns": ["", "bytes a customer"],
            "cells": [["resident, ids and index included", f"{resident:.1f}"],
                      ["ids alone", "17.0"]], "rows": {"resident": resident}})
    finally:
        server.stop()
    version = comparison.run_once([arguments.strata, "--version"])[2].strip()
    comparison.write(
        {"title": "Queries over customers", "machine": comparison.machine(),
         "versions": {"strata": version, **comparison.versions("duckdb", "chdb", "polars")}, "tables": tables},
        "queries-quick" if arguments.quick else f"queries-{customers}", arguments.results)


if __name__ == "__main__":
    main()
