"""Writes regression.json: what NumPy, scikit-learn and a second implementation of the features say.

    python make_regression.py ../../../../data/cdnow_sample.csv > regression.json

Versions that made the committed file: see its "made_with".
"""
import csv
import datetime
import json
import sys

import numpy as np
import scipy
import sklearn
from sklearn.linear_model import LogisticRegression, Ridge

EPOCH = datetime.date(1970, 1, 1)
GRID = [10 ** (k / 8) for k in range(-64, 17)]


def day(text):
    return (datetime.date.fromisoformat(text) - EPOCH).days


def slog(x):
    return np.sign(x) * np.log1p(abs(x))


def features(rows, cutoff):
    """rows: (day, amount) of one customer; the definitions of PurchaseFeature, written a second time."""
    rows = [(d, a) for d, a in rows if d <= cutoff]
    days = sorted({d for d, _ in rows})
    spend = sum(a for _, a in rows)
    recency, tenure = cutoff - days[-1], cutoff - days[0]
    gaps = np.diff(days)
    late = sum(a for d, a in rows if d > cutoff - tenure / 3)
    result = {
        "log_recency": np.log1p(recency),
        "log_orders": np.log1p(len(rows)),
        "log_spend": slog(spend),
        "single_purchase": float(len(gaps) == 0),
        "log_gap_mean": np.log1p(gaps.mean()) if len(gaps) else 0.0,
        "log_gap_spread": np.log1p(gaps.std()) if len(gaps) else 0.0,
        "log_recency_over_gap": np.log1p(recency / gaps.mean()) if len(gaps) else 0.0,
        "spend_trend": slog(late) - slog((spend - late) / 2),
        "log_tenure": np.log1p(tenure),
    }
    for width in (30, 90, 365):
        result[f"log_orders_{width}d"] = np.log1p(sum(cutoff - d < width for d, _ in rows))
    for width in (30, 90, 365):
        result[f"log_spend_{width}d"] = slog(sum(a for d, a in rows if cutoff - d < width))
    return result


def gcv(x, y, lam):
    """n RSS / (n - df)^2 by the hat matrix, x and y about their means."""
    n = len(y)
    hat = x @ np.linalg.solve(x.T @ x + lam * np.eye(x.shape[1]), x.T)
    residual = y - y.mean() - hat @ (y - y.mean())
    return n * (residual @ residual) / (n - 1 - np.trace(hat)) ** 2


def ridge_errors(x, y, lam):
    n, p = x.shape
    gram = x.T @ x
    inverse = np.linalg.inv(gram + lam * np.eye(p))
    model = Ridge(alpha=lam).fit(x, y)
    rss = ((y - model.predict(x)) ** 2).sum()
    df = 1 + np.trace(gram @ inverse)
    return np.sqrt(np.diag(inverse @ gram @ inverse) * rss / (n - df)), df


def small():
    """300 rows of 5 correlated columns, all exact in float32."""
    rng = np.random.default_rng(20260314)
    x = rng.normal(size=(300, 5))
    x[:, 3] = 0.9 * x[:, 0] + 0.3 * x[:, 3]
    x = x.astype(np.float32).astype(float)
    noise = rng.normal(size=300)
    y = (x @ [1.5, -2, 0, 0.5, 0] + 3 + 2 * noise).astype(np.float32).astype(float)
    b = (x @ [1, -1, 0.5, 0, 0] - 0.5 + rng.logistic(size=300) > 0).astype(float)
    centred = x - x.mean(axis=0)
    result = {"x": x.T.tolist(), "y": y.tolist(), "b": b.tolist(), "ridge": []}
    for lam in (0.0, 1.0, 37.5, 1e4):
        model = Ridge(alpha=lam).fit(x, y)
        errors, df = ridge_errors(centred, y, lam)
        result["ridge"].append({
            "lambda": lam, "intercept": float(model.intercept_), "coefficients": model.coef_.tolist(),
            "standard_errors": errors.tolist(), "degrees_of_freedom": float(df),
            "r_squared": float(model.score(x, y)), "gcv": float(gcv(centred, y, lam)),
        })
    grid = [300 * g for g in GRID]
    result["gcv_lambda"] = grid[int(np.argmin([gcv(centred, y, lam) for lam in grid]))]
    folds = np.arange(300) % 5
    errors = [sum(((y[folds == f] - Ridge(alpha=lam).fit(x[folds != f], y[folds != f])
                    .predict(x[folds == f])) ** 2).sum() for f in range(5)) for lam in grid]
    result["fold_lambda"] = grid[int(np.argmin(errors))]
    result["fold_error"] = float(min(errors))
    result["logistic"] = []
    for penalty in (1.0, 25.0):
        model = LogisticRegression(C=1 / penalty, tol=1e-12, max_iter=1000, solver="newton-cholesky").fit(x, b)
        ones = np.column_stack([np.ones(300), x])
        mu = model.predict_proba(x)[:, 1]
        hessian = (ones.T * (mu * (1 - mu))) @ ones + penalty * np.diag([0] + [1] * 5)
        result["logistic"].append({
            "penalty": penalty, "intercept": float(model.intercept_[0]),
            "coefficients": model.coef_[0].tolist(),
            "standard_errors": np.sqrt(np.diag(np.linalg.inv(hessian)))[1:].tolist(),
            "log_likelihood": float(np.log(np.where(b > 0, mu, 1 - mu)).sum()),
        })
    return result


def cdnow(path):
    """Ridge and hurdle on the CDNOW sample: cut-off 1997-12-31, horizon 181 days to 1998-06-30."""
    customers = {}
    with open(path) as file:
        for row in csv.DictReader(file):
            customers.setdefault(row["sample_id"], []).append((day(row["date"]), float(row["amount"])))
    names = sorted(customers)
    end, horizon = day("1998-06-30"), 181
    cutoff = end - horizon
    table = [features(customers[c], cutoff) for c in names]
    columns = list(table[0])
    x = np.array([[row[c] for c in columns] for row in table])
    after = [[(d, a) for d, a in customers[c] if cutoff < d <= end] for c in names]
    spend = np.array([sum(a for _, a in rows) for rows in after])
    orders = np.array([float(len(rows)) for rows in after])
    active = (orders > 0) & (spend > 0)
    # What repeats the columns before it, at the tolerance of the engine.
    z = (x - x.mean(axis=0)) / np.where(x.std(axis=0) > 0, x.std(axis=0), 1)
    kept, dropped = [], []
    for j in range(len(columns)):
        rest = z[:, j] - (z[:, kept] @ np.linalg.lstsq(z[:, kept], z[:, j], rcond=None)[0] if kept else 0)
        (kept if x[:, j].std() > 0 and rest @ rest > 1e-5 * len(names) else dropped).append(j)
    z = z[:, kept]
    grid = [len(names) * g for g in GRID]
    lam = grid[int(np.argmin([gcv(z, spend, l) for l in grid]))]
    ridge = Ridge(alpha=lam).fit(z, spend)
    logistic = LogisticRegression(C=1, tol=1e-12, max_iter=1000, solver="newton-cholesky").fit(z, active)
    za, ya = z[active], np.log(spend[active])
    grid_active = [active.sum() * g for g in GRID]
    lam_active = grid_active[int(np.argmin([gcv(za - za.mean(axis=0), ya, l) for l in grid_active]))]
    log_spend = Ridge(alpha=lam_active).fit(za, ya)
    bounded = np.clip(log_spend.predict(za), ya.min(), ya.max())
    smearing = np.mean(np.exp(ya - bounded))
    probability = logistic.predict_proba(z)[:, 1]
    hurdle = probability * smearing * np.exp(np.clip(log_spend.predict(z), ya.min(), ya.max()))
    first = range(0, len(names), 97)
    return {
        "cutoff": "1997-12-31", "horizon": horizon, "end": "1998-06-30", "customers": len(names),
        "active": int(active.sum()), "kept": [columns[j] for j in kept],
        "dropped": [columns[j] for j in dropped],
        "some_features": {names[i]: x[i].tolist() for i in first},
        "ridge": {"lambda": lam, "intercept": float(ridge.intercept_), "coefficients": ridge.coef_.tolist(),
                  "r_squared": float(ridge.score(z, spend))},
        "logistic": {"intercept": float(logistic.intercept_[0]), "coefficients": logistic.coef_[0].tolist()},
        "log_spend": {"lambda": lam_active, "intercept": float(log_spend.intercept_),
                      "coefficients": log_spend.coef_.tolist(), "smearing": float(smearing)},
        "predictions_at_cutoff": {names[i]: {
            "ridge": float(np.clip(ridge.predict(z[i:i + 1])[0], 0, spend.max())),
            "hurdle": float(hurdle[i]), "active": float(probability[i])} for i in first},
    }


print(json.dumps({
    "made_with": f"numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}",
    "small": small(), "cdnow": cdnow(sys.argv[1]),
}))
