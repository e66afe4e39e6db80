"""Makes the k-means fixtures: what scikit-learn's Lloyd finds from given initial centroids.

    python make_kmeans.py ../../../../data/cdnow_master.csv

Each file holds the columns, the scale, the rows whose points are the initial centroids, and scikit-learn's
labels, inertia and iterations (tol = 0, so that it stops when no label changes).
"""

import csv
import datetime
import json
import pathlib
import sys

import numpy as np
import sklearn
from sklearn.cluster import KMeans

FOLDER = pathlib.Path(__file__).parent


def write(name, columns, k, seed, scale="none"):
    raw = np.column_stack([np.asarray(c, dtype=np.float64) for c in columns])
    points = raw
    if scale == "log-z":
        points = np.sign(raw) * np.log1p(np.abs(raw))
        points = (points - points.mean(axis=0)) / points.std(axis=0)
    _, distinct = np.unique(points, axis=0, return_index=True)
    rows = np.sort(np.random.default_rng(seed).choice(np.sort(distinct), k, replace=False))
    fit = KMeans(k, init=points[rows], n_init=1, tol=0, max_iter=1000, algorithm="lloyd").fit(points)
    text = json.dumps(
        {
            "source": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
            "scale": scale,
            "columns": raw.T.tolist(),
            "initialRows": rows.tolist(),
            "labels": fit.labels_.tolist(),
            "inertia": float(fit.inertia_),
            "iterations": int(fit.n_iter_),
        },
        separators=(",", ":"),
    )
    (FOLDER / f"kmeans_{name}.json").write_text(text + "\n")
    print(name, raw.shape, "k", k, "iterations", fit.n_iter_, "inertia", fit.inertia_, len(text))


def cdnow(path):
    """Recency at 1998-06-30 in days, orders, and money of every customer."""
    end = datetime.date(1998, 6, 30)
    customers = {}
    with open(path) as file:
        for row in csv.DictReader(file):
            day = datetime.date.fromisoformat(row["date"])
            last, orders, money = customers.get(row["customer_id"], (day, 0, 0))
            cents = round(float(row["amount"]) * 100)
            customers[row["customer_id"]] = (max(last, day), orders + 1, money + cents)
    rows = [((end - last).days, orders, money / 100) for last, orders, money in customers.values()]
    return np.array(rows).T


def main():
    random = np.random.default_rng(4)
    narrow = lambda a: np.asarray(a, dtype=np.float32).astype(np.float64)
    centers = random.normal(size=(5, 3)) * 6
    blobs = narrow(centers[random.integers(0, 5, 1500)] + random.normal(size=(1500, 3)))
    write("blobs", blobs.T, 5, 1)
    write("cdnow", cdnow(sys.argv[1]), 8, 2, "log-z")
    few = narrow(random.normal(size=(12, 4)))
    write("duplicates", few[random.integers(0, 12, 400)].T, 6, 3)
    dominated = random.normal(size=(1000, 4)) * [1e6, 1, 0.01, 50]
    write("dominated", narrow(dominated).T, 6, 4)
    write("one_cluster", narrow(random.gamma(1.5, 20, size=(500, 2))).T, 1, 5)
    write("all_clusters", narrow(random.normal(size=(60, 3))).T, 60, 6)


main()
