"""Writes measures.json: measures by scikit-learn and SciPy, ties averaged by brute force.

    python make_measures.py > measures.json
"""
import json

import numpy as np
import scipy
import sklearn
from scipy.stats import spearmanr
from sklearn.metrics import (adjusted_rand_score, brier_score_loss, mean_absolute_error,
                             mean_squared_error, roc_auc_score)

rng = np.random.default_rng(20260815)


def area(order, spend):
    """Area between the gain curve of one order and the diagonal, by the trapezoid rule."""
    curve = np.concatenate([[0], np.cumsum(spend[order])]) / spend.sum()
    return np.trapezoid(curve, dx=1 / len(spend)) - 0.5


def case(n, levels):
    spend = np.round(rng.gamma(0.3, 100, n) * (rng.random(n) < 0.4), 2)
    score = (np.floor((spend / 60 + rng.random(n)) * levels) / levels).astype(np.float32)
    perfect = area(np.argsort(-spend, kind="stable"), spend)
    # Ties broken at random many times over: the mean is what averaging ties must give.
    ginis, tops = [], []
    for _ in range(4000):
        order = np.lexsort([rng.random(n), -score])
        ginis.append(area(order, spend) / perfect)
        tops.append([spend[order[:int(n * share)]].sum() / spend.sum() for share in (0.05, 0.1, 0.2)])
    probability = np.round(1 / (1 + np.exp(-(score - 0.8))), 3).astype(np.float32)
    active = spend > 0
    a, b = rng.integers(0, 4, n), rng.integers(0, 3, n)
    b = np.where(rng.random(n) < 0.6, a % 3, b)
    groups = (score * 2).astype(int) % 7
    means = np.array([spend[groups == g].mean() if (groups == g).any() else 0 for g in range(7)])
    return {
        "spend": spend.tolist(), "score": score.tolist(), "probability": probability.tolist(),
        "a": a.tolist(), "b": b.tolist(), "groups": groups.tolist(),
        "gini": float(np.mean(ginis)), "gini_error": float(np.std(ginis) / np.sqrt(len(ginis))),
        "tops": np.mean(tops, axis=0).tolist(),
        "tops_error": (np.std(tops, axis=0) / np.sqrt(len(tops))).tolist(),
        "perfect_area": float(perfect),
        "spearman": float(spearmanr(score, spend).statistic),
        "auc": float(roc_auc_score(active, probability)),
        "brier": float(brier_score_loss(active, probability)),
        "adjusted_rand": float(adjusted_rand_score(a, b)),
        "between_share": float(((means[groups] - spend.mean()) ** 2).sum() / ((spend - spend.mean()) ** 2).sum()),
        "mae": float(mean_absolute_error(spend, score.astype(float))),
        "rmse": float(mean_squared_error(spend, score.astype(float)) ** 0.5),
    }


def bootstrap():
    """Relative Gini and top 10% of 1,500 customers, resampled 4,000 times: the spread to be found."""
    n = 1500
    spend = np.round(rng.gamma(0.5, 100, n) * (rng.random(n) < 0.5), 2)
    score = (spend * rng.lognormal(0, 1, n) + rng.random(n) * 20).astype(np.float32)
    ginis, tops = [], []
    for _ in range(4000):
        rows = rng.integers(0, n, n)
        s, y = score[rows], spend[rows]
        order = np.argsort(-s, kind="stable")
        ginis.append(area(order, y) / area(np.argsort(-y, kind="stable"), y))
        tops.append(y[order[:n // 10]].sum() / y.sum())
    return {"spend": spend.tolist(), "score": score.tolist(),
            "gini_deviation": float(np.std(ginis)), "top_deviation": float(np.std(tops)),
            "gini_interval": np.percentile(ginis, [2.5, 97.5]).tolist()}


print(json.dumps({
    "made_with": f"numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}",
    "cases": [case(40, 1), case(400, 3), case(1000, 50)], "bootstrap": bootstrap(),
}))
