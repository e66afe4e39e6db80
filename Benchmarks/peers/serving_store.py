"""The store that serving.py and queries.py ask: customers with purchases, values, clusters and a region."""

import pathlib
import shutil
import sys

import comparison


def make_store(strata, work, customers):
    """A store of about `customers` customers whose ids are C and twelve digits, as redis-benchmark draws them.

    Returns its path; one that is there already is used again."""
    work = pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    store = work / f"serving-store-{customers}"
    if (store / "ready").exists():
        return store
    shutil.rmtree(store, ignore_errors=True)
    import duckdb

    raw = work / "serving-raw.csv"
    orders, people = work / "serving-orders.csv", work / "serving-customers.csv"
    comparison.run_once([strata, "generate", "-o", raw, "--customers", str(customers), "--seed", "2"])
    duckdb.sql(
        f"CREATE OR REPLACE TABLE o AS SELECT * FROM read_csv('{raw}', columns={{'customer_id': 'VARCHAR', "
        f"'date': 'DATE', 'amount': 'DECIMAL(18,4)'}})")
    duckdb.sql(
        "CREATE OR REPLACE TABLE n AS SELECT customer_id, 'C' || lpad((row_number() OVER (ORDER BY customer_id) "
        "- 1)::VARCHAR, 12, '0') AS id FROM (SELECT DISTINCT customer_id FROM o)")
    duckdb.sql(
        f"COPY (SELECT n.id AS customer_id, date, amount FROM o JOIN n USING (customer_id)) TO '{orders}' "
        f"(HEADER, DATEFORMAT '%Y-%m-%d')")
    duckdb.sql(
        f"COPY (SELECT id AS customer_id, ['EU', 'US', 'APAC', 'LATAM'][1 + (hash(id) % 4)::INT] AS region FROM n "
        f"ORDER BY id) TO '{people}' (HEADER)")
    raw.unlink()
    print("  making the store", file=sys.stderr)
    comparison.run_once([strata, "ingest", store, orders])
    comparison.run_once([strata, "ingest", store, "--customers", people])
    comparison.run_once([strata, "score", store, "--clusters", "8"])
    orders.unlink()
    people.unlink()
    (store / "ready").touch()
    return store
