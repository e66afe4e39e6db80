"""Writes cdnow.json: the purchase models, each with Gamma-Gamma, on the CDNOW sample, 39 weeks and 39 weeks, computed a second time.

    python make_cdnow.py ../../../data/cdnow_sample.csv > cdnow.json

Own likelihoods, minimised by SciPy; predictions by the papers' equations with scipy.special.hyp2f1.
"""
import csv
import datetime
import json
import sys

import numpy as np
import scipy
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

EPOCH = datetime.date(1970, 1, 1)


def day(text):
    return (datetime.date.fromisoformat(text) - EPOCH).days


customers = {}
with open(sys.argv[1]) as file:
    for row in csv.DictReader(file):
        days = customers.setdefault(row["sample_id"], {})
        key = day(row["date"])
        days[key] = days.get(key, 0) + float(row["amount"])
cutoff, end = day("1997-09-30"), day("1998-06-30")
horizon = end - cutoff
x, tx, T, mean, spend, purchases = [], [], [], [], [], []
for name in sorted(customers):
    days = customers[name]
    known = sorted(d for d in days if d <= cutoff)
    x.append(len(known) - 1)
    tx.append((known[-1] - known[0]) / 7)
    T.append((cutoff - known[0]) / 7)
    mean.append(sum(days[d] for d in known[1:]) / (len(known) - 1) if len(known) > 1 else 0.0)
    later = [d for d in days if cutoff < d <= end]
    spend.append(sum(days[d] for d in later))
    purchases.append(len(later))
x, tx, T, mean, spend, purchases = map(np.array, (x, tx, T, mean, spend, purchases))


t = horizon / 7


def bgnbd(r, alpha, a, b):
    """Log-likelihood, P(alive) and expected purchases of each customer (Fader, Hardie, Lee 2005)."""
    start = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stays = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + T)
    gone = np.where(x > 0, betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b)
                    - (r + x) * np.log(alpha + tx), -np.inf)
    alive = np.exp(stays - np.logaddexp(stays, gone))
    expected = alive * (a + b + x - 1) / (a - 1) * (
        1 - ((alpha + T) / (alpha + T + t)) ** (r + x)
        * hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + T + t)))
    return start + np.logaddexp(stays, gone), alive, expected


def mbgnbd(r, alpha, a, b):
    """As `bgnbd`, with a chance to leave after the first purchase too (Batislam et al. 2007)."""
    start = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stays = betaln(a, b + x + 1) - betaln(a, b) - (r + x) * np.log(alpha + T)
    gone = betaln(a + 1, b + x) - betaln(a, b) - (r + x) * np.log(alpha + tx)
    alive = np.exp(stays - np.logaddexp(stays, gone))
    expected = alive * (a + b + x) / (a - 1) * (
        1 - ((alpha + T) / (alpha + T + t)) ** (r + x)
        * hyp2f1(r + x, b + x + 1, a + b + x, t / (alpha + T + t)))
    return start + np.logaddexp(stays, gone), alive, expected


def pnbd(r, alpha, s, beta):
    """Schmittlein, Morrison and Colombo 1987, in the form of Fader and Hardie 2005."""
    start = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    stays = -(r + x) * np.log(alpha + T) - s * np.log(beta + T)
    n = r + s + x
    large, second = (alpha, s + 1) if alpha >= beta else (beta, r + x)
    difference = abs(alpha - beta)

    def term(age):
        return hyp2f1(n, second, n + 1, difference / (large + age)) / (large + age) ** n

    gone = np.log(s / n) + np.log(np.maximum(term(tx) - term(T), 1e-300))
    alive = np.exp(stays - np.logaddexp(stays, gone))
    expected = alive * (r + x) * (beta + T) / ((alpha + T) * (s - 1)) * (
        1 - ((beta + T) / (beta + T + t)) ** (s - 1))
    return start + np.logaddexp(stays, gone), alive, expected


def polished(function, start):
    best = minimize(function, start, method="Nelder-Mead",
                    options={"maxiter": 20000, "xatol": 1e-10, "fatol": 1e-10})
    for _ in range(3):
        best = minimize(function, best.x, method="Nelder-Mead",
                        options={"maxiter": 20000, "xatol": 1e-11, "fatol": 1e-11})
    return best


repeat = (x > 0) & (mean > 0)


def gamma_gamma(log_parameters):
    p, q, v = np.exp(log_parameters)
    n, m = x[repeat], mean[repeat]
    return -(gammaln(p * n + q) - gammaln(p * n) - gammaln(q) + q * np.log(v)
             + (p * n - 1) * np.log(m) + p * n * np.log(n) - (p * n + q) * np.log(v + n * m)).sum()


money = polished(gamma_gamma, np.log([6, 4, 15]))
p, q, v = (float(value) for value in np.exp(money.x))
amount = p * (v + x * mean) / (p * x + q - 1)


def errors(predicted, actual):
    return {"mae": float(np.abs(predicted - actual).mean()),
            "rmse": float(((predicted - actual) ** 2).mean() ** 0.5),
            "bias": float((predicted - actual).mean()), "sum": float(predicted.sum())}


result = {
    "made_with": f"numpy {np.__version__}, scipy {scipy.__version__}",
    "gamma_gamma": {"parameters": [p, q, v], "log_likelihood": -money.fun},
    "actual_purchases": int(purchases.sum()), "actual_spend": float(spend.sum()),
}
for model, guess in [(bgnbd, [0.25, 4, 0.8, 2.5]), (mbgnbd, [0.5, 6, 0.9, 1.6]),
                     (pnbd, [0.55, 10, 0.6, 11])]:
    fit = polished(lambda z: -model(*np.exp(z))[0].sum(), np.log(guess))
    parameters = [float(value) for value in np.exp(fit.x)]
    _, alive, expected = model(*parameters)
    result[model.__name__] = {
        "parameters": parameters, "log_likelihood": -fit.fun,
        "purchases": errors(expected, purchases), "spend": errors(expected * amount, spend),
        "brier": float(((alive * -np.expm1(-expected / alive) - (purchases > 0)) ** 2).mean()),
    }
print(json.dumps(result, indent=1))
