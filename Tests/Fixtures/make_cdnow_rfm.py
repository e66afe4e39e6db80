#!/usr/bin/env python3
"""DuckDB's RFM scores of every CDNOW customer: the answer that strata's is compared with.

Usage: make_cdnow_rfm.py data/cdnow_master.csv > Tests/Fixtures/cdnow_rfm.csv

Definitions: as of the log's last day; recency is days since the last purchase, frequency the number of rows
(the log has no order ids), monetary value the net total. Five bins a measure, cut at the type-7 quantiles
(quantile_cont); the score is 1 + the number of cuts below the value, for recency 5 - that number.

The columns of the result: customer_id, days from the as-of date back to the last and the first purchase,
orders, purchase days, total and first day's total in cents, and the three scores as one number.
"""

import sys

import duckdb

QUERY = """
with orders as (
  select customer_id, date::date as day, amount::decimal(18, 2) as amount
  from read_csv(?, header = true, all_varchar = true)
),
firsts as (
  select customer_id, min(day) as first_day from orders group by customer_id
),
summary as (
  select
    customer_id,
    (select max(day) from orders) - max(day) as recency_days,
    (select max(day) from orders) - min(day) as age_days,
    count(*) as orders,
    count(distinct day) as purchase_days,
    sum(amount) as total,
    sum(amount) filter (where day = first_day) as first_day_total
  from orders join firsts using (customer_id)
  group by customer_id
),
cuts as (
  select
    quantile_cont(recency_days, [0.2, 0.4, 0.6, 0.8]) as r,
    quantile_cont(orders, [0.2, 0.4, 0.6, 0.8]) as f,
    quantile_cont(total::double, [0.2, 0.4, 0.6, 0.8]) as m
  from summary
)
select
  customer_id, recency_days, age_days, orders, purchase_days,
  (total * 100)::bigint as cents, (first_day_total * 100)::bigint as first_day_cents,
  (5 - len(list_filter(r, lambda c: recency_days > c))) * 100
    + (1 + len(list_filter(f, lambda c: orders > c))) * 10
    + (1 + len(list_filter(m, lambda c: total::double > c))) as rfm
from summary, cuts
order by customer_id
"""


def main() -> None:
    rows = duckdb.execute(QUERY, [sys.argv[1]]).fetchall()
    print(f"# DuckDB {duckdb.__version__}; see make_cdnow_rfm.py")
    print("customer_id,recency_days,age_days,orders,purchase_days,cents,first_day_cents,rfm")
    for row in rows:
        print(",".join(str(value) for value in row))


main()
