"""Lifetime models of Strata against lifetimes, pymc-marketing, DuckDB, NumPy and scikit-learn-intelex.

usage: lifetime.py --bench PATH [--strata PATH | --orders CSV] [--parts summary,fit,predict,gram,scale]
                   [--peers-from DIR] [--pymc PYTHON] [--rounds 3] [--work DIR] [--results DIR]

On the generator's 1,000,000 customers and 10 million orders:
  summary  (x, t_x, T, mean spend) of every customer, from the CSV; the comparison ends when one differs from DuckDB's
  fit      BG/NBD, Gamma-Gamma and Pareto/NBD by maximum likelihood, from the summary; the comparison ends when the
           likelihood, reckoned by one yardstick (`likelihood` below), is not as good as the peer's to 1e-6
  predict  P(alive), purchases expected in 3, 6 and 12 months, spend, 12-month value; equal to 1e-4
  gram     the products of all pairs of 32 columns of 4,000,000 Floats
  scale    fits and predictions of 0.1, 1 and 10 million simulated customers
A peer's fit takes minutes: what it printed is kept in the work folder and used again. `--pymc` is a Python with
pymc-marketing, which does not share an environment with lifetimes. Times on the wall are medians; processor seconds
are of all cores, and are what to compare when the machine is busy.
"""

import argparse
import json
import pathlib
import statistics
import sys

import numpy as np

import comparison

HERE = pathlib.Path(__file__).resolve().parent
PEAK = 205  # GFLOP/s of Float FMA on 2 cores at 3.2 GHz


class Bench:
    """Runs contenders, in turn, and keeps what slow peers said."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.work = pathlib.Path(arguments.work)
        self.work.mkdir(parents=True, exist_ok=True)

    def strata(self, *command):
        return json.loads(comparison.run_once([self.arguments.bench, *map(str, command)])[2])

    def peer(self, engine, what, source, target="-", take=0, keep=True):
        kept = self.work / f"{engine}-{what}-{take}.json"
        if keep and kept.exists():
            return json.loads(kept.read_text())
        python = self.arguments.pymc if engine == "pymc-marketing" else sys.executable
        if not python:
            return None
        output = comparison.run_once(
            [python, HERE / "lifetime_engines.py", engine, what, str(source), str(target), "--take", str(take)])[2]
        kept.write_text(output)
        return json.loads(output)


def row(name, runs, megabytes=0):
    seconds = [second for run in runs for second in run["seconds"]]
    processor = [second for run in runs for second in run["processorSeconds"]]
    return {"name": name, "median_seconds": statistics.median(seconds), "minimum_seconds": min(seconds),
            "maximum_seconds": max(seconds), "peak_megabytes": megabytes,
            "processor_seconds": statistics.median(processor)}


def table(title, rows, notes):
    ours = rows[0]["processor_seconds"]
    shares = ", ".join(f"{one['name']} {one['processor_seconds']:.3f} ({one['processor_seconds'] / ours:.1f})"
                       for one in rows)
    return {"title": title, "rounds": 0, "rows": rows,
            "notes": [f"Processor seconds (times Strata's): {shares}.", *notes]}


def read_orders(bench):
    orders = bench.work / "orders-1000000.csv"
    if bench.arguments.orders:
        return pathlib.Path(bench.arguments.orders)
    if not orders.exists():
        comparison.run_once([bench.arguments.strata, "generate", "-o", orders, "--customers", "1000000",
                             "--seed", "1"])
    return orders


def write_summary(path, first, last, days, totals, first_totals, as_of):
    with open(path, "wb") as file:
        np.array([len(first), as_of], np.int64).tofile(file)
        for column in (first, last, days):
            column.astype(np.int32).tofile(file)
        for column in (totals, first_totals):
            column.astype(np.int64).tofile(file)


def summary_files(bench):
    """DuckDB's summary as arrays for the peers and as a raw file for Strata."""
    raw, arrays, parquet = (bench.work / f"summary.{ending}" for ending in ("bin", "npz", "parquet"))
    if not raw.exists():
        import duckdb

        if not parquet.exists():
            bench.peer("duckdb", "summary", read_orders(bench), parquet, keep=False)
        columns = duckdb.sql(f"SELECT * FROM '{parquet}'").fetchnumpy()
        day = np.datetime64("1970-01-01")
        first, last = ((columns[name].astype("datetime64[D]") - day).astype(int) for name in ("first_day", "last_day"))
        totals, first_totals = (np.round(columns[name].astype(float) * 1e4) for name in ("total", "first_total"))
        write_summary(raw, first, last, columns["x"] + 1, totals, first_totals, last.max())
        np.savez(arrays, x=columns["x"].astype(float), tx=columns["tx"].astype(float) / 7,
                 t=columns["t"].astype(float) / 7, m=columns["m"])
    return raw, arrays


def compare_summaries(bench):
    import duckdb

    orders, prefix, parquet = read_orders(bench), bench.work / "strata", bench.work / "summary.parquet"
    ours, theirs = [], []
    for turn in range(bench.arguments.rounds + 1):
        output = ["--output", prefix] if turn == 0 else []
        one = bench.strata("summary", "--csv", orders, *output)
        other = bench.peer("duckdb", "summary", orders, parquet, keep=False)
        if turn > 0:
            ours.append(one)
            theirs.append(other)
    wanted = duckdb.sql(f"SELECT customer_id, x, tx, t, m FROM '{parquet}' ORDER BY customer_id").fetchnumpy()
    ids = np.array((bench.work / "strata.ids").read_text().split("\n")[:-1])
    order = np.argsort(ids)
    if not (ids[order] == wanted["customer_id"].astype(str)).all():
        raise SystemExit("the customers differ from DuckDB's")
    for name, kind in (("x", np.int32), ("tx", np.int32), ("t", np.int32), ("m", np.float64)):
        found = np.fromfile(bench.work / f"strata.{name}", kind)[order]
        if not np.allclose(found, wanted[name].astype(float), rtol=1e-12, atol=0):
            raise SystemExit(f"{name} differs from DuckDB's")
    rows = [row("strata (CSV to x, t_x, T, mean spend)", ours), row("duckdb", theirs)]
    return table(f"Summary of {len(ids):,} customers from {ours[0]['rows']:,} rows of CSV", rows,
                 ["Every customer's four figures are equal."])


def likelihood(model, parameters, arrays):
    """The log-likelihood of a million customers in weeks, by SciPy: one yardstick for every contender."""
    from scipy.special import betaln, gammaln, logsumexp

    x, tx, t, m = (arrays[name] for name in ("x", "tx", "t", "m"))
    if model == "bgnbd":
        r, alpha, a, b = (parameters[name] for name in ("r", "alpha", "a", "b"))
        alive = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + t)
        with np.errstate(divide="ignore"):
            gone = np.where(x > 0, betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b)
                            - (r + x) * np.log(alpha + tx), -np.inf)
        return float((gammaln(r + x) - gammaln(r) + r * np.log(alpha) + logsumexp([alive, gone], axis=0)).sum())
    if model == "gamma-gamma":
        p, q, v = (parameters[name] for name in ("p", "q", "v"))
        kept = (x > 0) & (m > 0)
        x, m = x[kept], m[kept]
        return float((gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
                      + (p * x - 1) * np.log(m) + p * x * np.log(x) - (p * x + q) * np.log(x * m + v)).sum())
    raise ValueError(model)


def same_likelihood(model, ours, theirs, arrays):
    if model == "pnbd":
        return None
    mine, other = likelihood(model, ours, arrays), likelihood(model, theirs, arrays)
    if mine < other - 1e-6 * abs(other):
        raise SystemExit(f"{model}: log-likelihood {mine}, the peer's {other}")
    return f"Log-likelihood {mine:.3f}, the peer's parameters give {other:.3f}."


def compare_fits(bench):
    raw, arrays = summary_files(bench)
    loaded = np.load(arrays)
    found = bench.strata("lifetime", "--summary", raw, "--models", "bgnbd,pnbd,mbgnbd,nbd",
                         "--repeats", bench.arguments.rounds)
    named = {name: found[name]["parameters"] for name in ("bgnbd", "gamma-gamma")}
    (bench.work / "summary.parameters.json").write_text(json.dumps(named))
    tables = []
    for model, title, peers in (
            ("bgnbd", "BG/NBD", (("lifetimes", 0), ("pymc-marketing", 0))),
            ("gamma-gamma", "Gamma-Gamma", (("lifetimes", 0),)),
            ("pnbd", "Pareto/NBD", (("lifetimes", 50_000), ("pymc-marketing", 0)))):
        rows = [row("strata", [found[model]["times"]])]
        notes = [f"{found[model]['iterations']} iterations on {found[model]['distinct']:,} distinct rows; "
                 + ", ".join(f"{name} {value:.5g}" for name, value in found[model]["parameters"].items())
                 + f"; log-likelihood {found[model]['logLikelihood']:.3f}."]
        for engine, take in peers:
            peer = bench.peer(engine, model, arrays, take=take)
            if peer is None:
                continue
            name = engine + (f" ({take:,} customers)" if take else "")
            rows.append(row(name, [peer]))
            told = ", ".join(f"{key} {value:.5g}" for key, value in peer["parameters"].items())
            notes.append(f"{name}: {told}.")
            if not take:
                notes.append(same_likelihood(model, found[model]["parameters"], peer["parameters"], loaded))
        cycles = rows[0]["processor_seconds"] * 3.2e9 / found["customers"]
        notes.append(f"{rows[0]['processor_seconds'] / found['customers'] * 1e9:.0f} ns of processor a customer, about "
                     f"{cycles:.0f} cycles at 3.2 GHz.")
        tables.append(table(f"{title} fit, {found['customers']:,} customers", rows,
                            [note for note in notes if note]))
    history = found["history"]
    tables[0]["notes"].append(
        f"Counting the distinct (x, t_x, T), a part of the fit: {statistics.median(history['seconds']):.3f} s, "
        f"{found['distinctTriples']:,} of them.")
    return tables


def compare_predictions(bench):
    raw, arrays = summary_files(bench)
    output, theirs = bench.work / "strata.predictions", bench.work / "lifetimes.predictions"
    found = bench.strata("lifetime", "--summary", raw, "--models", "bgnbd", "--repeats", bench.arguments.rounds,
                         "--output", output)
    (bench.work / "summary.parameters.json").write_text(
        json.dumps({name: found[name]["parameters"] for name in ("bgnbd", "gamma-gamma")}))
    peer = bench.peer("lifetimes", "predict", arrays, theirs)
    customers = found["customers"]
    mine, other = np.fromfile(output, np.float32).reshape(6, customers), np.fromfile(theirs).reshape(6, customers)
    names = ("P(alive)", "12 months", "3 months", "6 months", "spend", "value")
    worst = {}
    for name, a, b in zip(names, mine, other):
        worst[name] = float(np.nanmax(np.abs(a - b) / np.maximum(np.abs(b), 1e-6)))
        # The peer's value counts months of 4.345 weeks.
        if name != "value" and not worst[name] < 1e-4:
            raise SystemExit(f"{name} differs by {worst[name]}")
    rows = [row("strata", [found["predictions"]]), row("lifetimes", [peer])]
    cycles = rows[0]["processor_seconds"] * 3.2e9 / customers
    return table(
        f"P(alive), purchases in 3, 6 and 12 months, spend and 12-month value of {customers:,} customers", rows,
        ["Largest relative differences: " + ", ".join(f"{name} {value:.1e}" for name, value in worst.items())
         + " (the value's because lifetimes' months have 4.345 weeks, Strata's 30.4375 days).",
         "lifetimes' parts, processor seconds: "
         + ", ".join(f"{name} {value:.2f}" for name, value in peer["parts"].items()) + ".",
         f"{rows[0]['processor_seconds'] / customers * 1e9:.0f} ns of processor a customer, about {cycles:.0f} cycles "
         f"at 3.2 GHz, counting the customers included."])


def compare_gram(bench):
    rows, columns = 4_000_000, 32
    found = bench.strata("gram", "--rows", rows, "--columns", columns, "--repeats", 9)
    shape = f"{rows}x{columns}"
    runs = [row("strata", [found["times"]])]
    for engine in ("numpy", "scikit-learn-intelex"):
        runs.append(row(engine, [bench.peer(engine, "gram", shape, keep=False)]))
    best = runs[0]["minimum_seconds"]
    half = rows * columns * (columns + 1)
    return table(
        f"Gram matrix of {rows:,} × {columns} Floats", runs,
        [f"Half of the products are symmetric: {half / best / 1e9:.0f} GFLOP/s, {half / best / 1e9 / PEAK:.0%} of the "
         f"FMA peak of {PEAK}; {4 * rows * columns / best / 1e9:.1f} GB/s read.",
         "Strata's columns lie one after the other; the peers have the faster of both orders. "
         "scikit-learn-intelex's way to the product is the covariance of centred columns."])


def simulate(customers):
    """BG/NBD and Gamma-Gamma customers over 540 days."""
    random = np.random.default_rng(7)
    rate, leaving = random.gamma(1.2, 1 / 22, customers), random.beta(0.5, 8, customers)
    age = random.integers(0, 540, customers)
    repeats, last, now = np.zeros(customers, int), np.zeros(customers, int), np.zeros(customers)
    alive = np.arange(customers)
    while len(alive):
        now[alive] += random.exponential(1 / rate[alive])
        alive = alive[now[alive] <= age[alive]]
        day = np.floor(now[alive]).astype(int)
        repeats[alive] += day > last[alive]
        last[alive] = day
        alive = alive[random.random(len(alive)) > leaving[alive]]
    spread = random.gamma(4, 1 / 200, customers)
    total = np.where(repeats > 0, np.round(random.gamma(6.0 * np.maximum(repeats, 1), 1 / spread) * 100) * 100, 0)
    first = np.round(random.gamma(6, 1 / spread) * 100) * 100
    return 20_000 - age, 20_000 - age + last, repeats + 1, total + first, first


def compare_scale(bench):
    rows, notes = [], []
    for customers in (100_000, 1_000_000, 10_000_000):
        path = bench.work / f"simulated-{customers}.bin"
        if not path.exists():
            write_summary(path, *simulate(customers), 20_000)
        found = bench.strata("lifetime", "--summary", path, "--models", "bgnbd,pnbd", "--repeats", bench.arguments.rounds)
        parts = {"BG/NBD fit": found["bgnbd"]["times"], "Pareto/NBD fit": found["pnbd"]["times"],
                 "Gamma-Gamma fit": found["gamma-gamma"]["times"], "predictions": found["predictions"]}
        rows += [row(f"{name}, {customers:,}", [times]) for name, times in parts.items()]
        triples = found["distinctTriples"]
        notes.append(f"{customers:,} customers, {triples:,} distinct triples; processor ns a customer (a triple): "
                     + ", ".join(f"{name} {one['processor_seconds'] / customers * 1e9:.0f} "
                                 f"({one['processor_seconds'] / triples * 1e9:.0f})"
                                 for name, one in zip(parts, rows[-4:])) + ".")
    return {"title": "Cost by customers", "rounds": 0, "rows": rows, "notes": notes}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", required=True, help="the strata-bench binary")
    parser.add_argument("--strata", help="the strata binary, to generate orders")
    parser.add_argument("--orders", help="an order log that is there already")
    parser.add_argument("--parts", default="summary,fit,predict,gram,scale")
    parser.add_argument("--pymc", help="a Python with pymc-marketing")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", default="/tmp/strata-peers/lifetime")
    parser.add_argument("--results", default=str(HERE / "results"))
    arguments = parser.parse_args()
    bench = Bench(arguments)
    # A part that was measured before stays in the report.
    parts = json.loads((bench.work / "tables.json").read_text()) if (bench.work / "tables.json").exists() else {}
    work = {"summary": compare_summaries, "fit": compare_fits, "predict": compare_predictions, "gram": compare_gram,
            "scale": compare_scale}
    for name in filter(None, arguments.parts.split(",")):
        made = work[name](bench)
        parts[name] = made if isinstance(made, list) else [made]
        (bench.work / "tables.json").write_text(json.dumps(parts))
    versions = comparison.versions("lifetimes", "duckdb", "numpy", "scipy", "scikit-learn-intelex")
    if arguments.pymc:
        ask = "from importlib.metadata import version; print(version('pymc-marketing'))"
        versions["pymc-marketing"] = comparison.run_once([arguments.pymc, "-c", ask])[2].strip()
    comparison.write(
        {"title": "Lifetime models side by side", "machine": comparison.machine(), "versions": versions,
         "tables": [one for name in work if name in parts for one in parts[name]]},
        "lifetime", arguments.results)


if __name__ == "__main__":
    main()
