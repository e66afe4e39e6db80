"""One peer of the lifetime comparison in a process of its own: prints seconds and results as JSON.

Beside the seconds on the wall stand those that the process had of all processors, which a busy machine does not
stretch.

usage: lifetime_engines.py ENGINE WHAT SOURCE TARGET [--take N]

SOURCE of `duckdb summary` is an order log; of everything else a summary.npz with x, t_x, T (weeks) and m.
Engines and what they do:
  duckdb           summary
  lifetimes        bgnbd, pnbd, gamma-gamma, predict
  pymc-marketing   bgnbd, pnbd  (maximum a posteriori)
  numpy, scikit-learn-intelex   gram (SOURCE is ROWSxCOLUMNS)
Only the work is timed: not imports, nor loading the arrays.
"""

import argparse
import json
import time

import numpy as np

WEEKS = 365.25 / 7


class Stopwatch:
    def __init__(self):
        self.wall, self.processor = time.perf_counter(), time.process_time()

    def read(self):
        return {"seconds": [time.perf_counter() - self.wall],
                "processorSeconds": [time.process_time() - self.processor]}


def summary_duckdb(source, target, _):
    import duckdb

    watch = Stopwatch()
    connection = duckdb.connect()
    connection.sql(f"""
        CREATE TABLE summary AS
        WITH days AS (
          SELECT customer_id, date, sum(amount) AS amount
          FROM read_csv('{source}', header=true, columns={{'customer_id': 'VARCHAR', 'date': 'DATE',
                        'amount': 'DECIMAL(18,4)'}})
          GROUP BY customer_id, date),
        customers AS (
          SELECT customer_id, count(*) - 1 AS x, min(date) AS first_day, max(date) AS last_day,
                 sum(amount) AS total, arg_min(amount, date) AS first_total
          FROM days GROUP BY customer_id)
        SELECT customer_id, x, last_day - first_day AS tx,
               (SELECT max(date) FROM days) - first_day AS t,
               CASE WHEN x > 0 THEN (total - first_total)::DOUBLE / x ELSE 0 END AS m,
               first_day, last_day, total, first_total
        FROM customers""")
    taken = watch.read()
    connection.sql(f"COPY (SELECT * FROM summary ORDER BY customer_id) TO '{target}' (FORMAT parquet)")
    return {**taken, "customers": connection.sql("SELECT count(*) FROM summary").fetchall()[0][0]}


def load(source, take):
    data = np.load(source)
    n = take or len(data["x"])
    return [data[name][:n] for name in ("x", "tx", "t", "m")]


def lifetimes_fit(model, source, take):
    import lifetimes

    x, tx, t, m = load(source, take)
    watch = Stopwatch()
    if model == "gamma-gamma":
        kept = (x > 0) & (m > 0)
        fitter = lifetimes.GammaGammaFitter(penalizer_coef=0)
        fitter.fit(x[kept], m[kept])
        count = int(kept.sum())
    else:
        fitter = {"bgnbd": lifetimes.BetaGeoFitter, "pnbd": lifetimes.ParetoNBDFitter}[model](penalizer_coef=0)
        fitter.fit(x, tx, t)
        count = len(x)
    return {**watch.read(), "customers": count,
            "parameters": {name: float(value) for name, value in fitter.params_.items()}}


def lifetimes_predict(source, target, take):
    import lifetimes

    x, tx, t, m = load(source, take)
    given = json.load(open(source.replace(".npz", ".parameters.json")))
    purchases = lifetimes.BetaGeoFitter()
    purchases.params_ = {name: given["bgnbd"][name] for name in ("r", "alpha", "a", "b")}
    spend = lifetimes.GammaGammaFitter()
    spend.params_ = {name: given["gamma-gamma"][name] for name in ("p", "q", "v")}
    import pandas as pd

    purchases.params_, spend.params_ = pd.Series(purchases.params_), pd.Series(spend.params_)
    # What a fit would set: prediction is all that is timed here.
    purchases.predict = purchases.conditional_expected_number_of_purchases_up_to_time
    parts = {}
    watch = Stopwatch()

    def timed(name, work):
        start = time.process_time()
        result = work()
        parts[name] = time.process_time() - start
        return np.asarray(result, dtype=float)

    alive = timed("alive", lambda: purchases.conditional_probability_alive(x, tx, t))
    expected = [timed(f"purchases-{name}", lambda weeks=weeks: purchases.predict(weeks, x, tx, t))
                for name, weeks in (("12mo", WEEKS), ("3mo", WEEKS / 4), ("6mo", WEEKS / 2))]
    money = timed("spend", lambda: spend.conditional_expected_average_profit(x, m))
    # Its months are 4.345 weeks; the sum over twelve of them is what it calls the 12-month value.
    value = timed("clv", lambda: spend.customer_lifetime_value(
        purchases, pd.Series(x), pd.Series(tx), pd.Series(t), pd.Series(m), time=12,
        discount_rate=1.1 ** (1 / 12) - 1, freq="W"))
    taken = watch.read()
    np.stack([alive, *expected, money, value]).astype(np.float64).tofile(target)
    return {**taken, "parts": parts, "customers": len(x)}


def pymc_fit(model, source, take):
    import pandas as pd
    from pymc_marketing import clv

    x, tx, t, _ = load(source, take)
    data = pd.DataFrame({"customer_id": np.arange(len(x)), "frequency": x, "recency": tx, "T": t})
    watch = Stopwatch()
    fitter = {"bgnbd": clv.BetaGeoModel, "pnbd": clv.ParetoNBDModel}[model](data=data)
    fitter.fit(method="map", progressbar=False)
    taken = watch.read()
    summary = fitter.fit_summary()
    values = summary["value"] if "value" in summary else summary
    return {**taken, "customers": len(x),
            "parameters": {str(name): float(value) for name, value in values.items()}}


def gram(engine, shape):
    rows, columns = (int(part) for part in shape.split("x"))
    best = {}
    for order in "CF":
        random = np.random.default_rng(1)
        x = np.asarray(random.random((rows, columns), dtype=np.float32) * 2 - 1, order=order)
        if engine == "numpy":
            work = lambda: x.T @ x
        else:
            from sklearnex.preview.covariance import EmpiricalCovariance

            # The covariance of centred columns is XᵀX / n: its only public way to the product.
            work = lambda: EmpiricalCovariance(assume_centered=True, store_precision=False).fit(x)
        work()
        watches = []
        for _ in range(5):
            watch = Stopwatch()
            work()
            watches.append(watch.read())
        best[order] = min(watches, key=lambda watch: watch["seconds"])
    fastest = min(best.values(), key=lambda watch: watch["seconds"])
    return {**fastest, "orders": best}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("engine")
    parser.add_argument("what")
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--take", type=int, default=0)
    given = parser.parse_args()
    if given.what == "summary":
        result = summary_duckdb(given.source, given.target, given.take)
    elif given.what == "gram":
        result = gram(given.engine, given.source)
    elif given.what == "predict":
        result = lifetimes_predict(given.source, given.target, given.take)
    elif given.engine == "lifetimes":
        result = lifetimes_fit(given.what, given.source, given.take)
    else:
        result = pymc_fit(given.what, given.source, given.take)
    print(json.dumps(result))


main()
