"""Answers of lifetimes 0.11.3 and SciPy 1.17.1 for random customers and parameters: peers.csv.

    python make_peers.py > peers.csv        # numpy 2.4.6, pandas 3.1.1

Columns: what, parameters (4), x, t_x, T, horizon, answer. lifetimes answers P(alive), expected purchases and
log-likelihood of BG/NBD, MBG/NBD and Pareto/NBD, the expected spend of Gamma-Gamma and all of BG/BB; SciPy integrates
the Pareto/NBD likelihood and BG/NBD's P(X(t) = n) from their definitions.
"""
import warnings

warnings.filterwarnings("ignore")

import numpy as np
import pandas as pd
from scipy import integrate, special, stats

import lifetimes
from lifetimes import (BetaGeoBetaBinomFitter, BetaGeoFitter, GammaGammaFitter,
                       ModifiedBetaGeoFitter, ParetoNBDFitter)

random = np.random.default_rng(97)


def emit(what, parameters, x, recency, age, horizon, answer):
    answer = float(np.squeeze(np.asarray(answer)))
    if np.isfinite(answer):
        cells = [what] + [repr(float(p)) for p in (list(parameters) + [0] * 4)[:4]]
        print(",".join(cells + [str(int(x)), repr(float(recency)), repr(float(age)), repr(float(horizon)), repr(answer)]))


def customer():
    age = random.uniform(1, 80)
    x = int(random.choice([0, 1, 2, 3, 7, 15, 40]))
    return x, (random.uniform(0.2, 1) * age if x else 0.0), age, random.choice([1.0, 4.345, 13.0, 39.0, 104.0])


print("what,p1,p2,p3,p4,x,recency,age,horizon,answer")
names = {"bgnbd": ["r", "alpha", "a", "b"], "mbgnbd": ["r", "alpha", "a", "b"], "pnbd": ["r", "alpha", "s", "beta"]}
for kind, fitter in (("bgnbd", BetaGeoFitter), ("mbgnbd", ModifiedBetaGeoFitter), ("pnbd", ParetoNBDFitter)):
    for _ in range(40):
        p = [random.uniform(0.2, 2), random.uniform(2, 20), random.uniform(0.3, 2.5), random.uniform(1.5, 12)]
        model = fitter()
        model.params_ = pd.Series(p, index=names[kind])
        x, recency, age, horizon = customer()
        one = np.array([x]), np.array([recency]), np.array([age])
        emit(kind + " alive", p, x, recency, age, 0, model.conditional_probability_alive(*one))
        emit(kind + " purchases", p, x, recency, age, horizon,
             model.conditional_expected_number_of_purchases_up_to_time(horizon, *one))
        emit(kind + " new", p, 0, 0, 0, horizon, model.expected_number_of_purchases_up_to_time(horizon))
        if kind != "pnbd":
            # For these cases lifetimes' Pareto/NBD likelihood is NaN or another number than the integral of the
            # model's definition, which SciPy takes below; that integral is the reference.
            value = -fitter._negative_log_likelihood(np.log(p), *one, np.array([1.0]), 0)
            emit(kind + " likelihood", p, x, recency, age, 0, value)
        if kind == "bgnbd":
            n = int(random.integers(0, 12))
            emit("bgnbd count", p, n, 0, 0, horizon, model.probability_of_n_purchases_up_to_time(horizon, n))
        if kind == "pnbd":
            r, alpha, s, beta = p
            # lambda and the time of leaving, by definition: rate terms given the time alive, integrated over it.
            alive = (alpha + age) ** -(r + x) * (beta + age) ** -s
            left = integrate.quad(lambda v: s * (beta + v) ** -(s + 1) * (alpha + v) ** -(r + x), recency, age,
                                  epsabs=0, epsrel=1e-12)[0]
            constant = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha) + s * np.log(beta)
            emit("pnbd likelihood", p, x, recency, age, 0, constant + np.log(alive + left))
            n = int(random.integers(0, 8))
            count = lambda t: np.exp(special.gammaln(r + n) - special.gammaln(r) - special.gammaln(n + 1)
                                     + r * np.log(alpha / (alpha + t)) + (n * np.log(t / (alpha + t)) if n else 0))
            gone = integrate.quad(lambda v: s / beta * (1 + v / beta) ** -(s + 1) * count(v), 0, horizon,
                                  epsabs=0, epsrel=1e-12)[0]
            emit("pnbd count", p, n, 0, 0, horizon, (1 + horizon / beta) ** -s * count(horizon) + gone)

for _ in range(20):
    p = [random.uniform(2, 8), random.uniform(1.5, 6), random.uniform(5, 40)]
    model = GammaGammaFitter()
    model.params_ = pd.Series(p, index=["p", "q", "v"])
    x, mean = int(random.integers(0, 20)), random.uniform(3, 200)
    emit("spend", p, x, mean, 0, 0,
         model.conditional_expected_average_profit(pd.Series([x]), pd.Series([mean if x else 0.0])))
    if x:
        emit("spend likelihood", p, x, mean, 0, 0, -GammaGammaFitter._negative_log_likelihood(
            np.log(p), np.array([x]), np.array([mean]), np.array([1.0]), 0))

for _ in range(30):
    p = [random.uniform(0.5, 3), random.uniform(0.5, 3), random.uniform(0.3, 2), random.uniform(1.5, 5)]
    model = BetaGeoBetaBinomFitter()
    model.params_ = pd.Series(p, index=["alpha", "beta", "gamma", "delta"])
    n = int(random.integers(2, 12))
    x = int(random.integers(0, n + 1))
    last = int(random.integers(x, n + 1)) if x else 0
    frame = dict(frequency=np.array([x]), recency=np.array([last]), n_periods=np.array([n]))
    emit("bgbb alive", p, x, last, n, 0, model.conditional_probability_alive(1, *frame.values()))
    ahead = int(random.integers(1, 10))
    emit("bgbb purchases", p, x, last, n, ahead,
         model.conditional_expected_number_of_purchases_up_to_time(ahead, *frame.values()))
    emit("bgbb likelihood", p, x, last, n, 0, BetaGeoBetaBinomFitter._loglikelihood(
        p, *frame.values()))

# customer_lifetime_value over months of 4.345 weeks at a monthly rate.
p = [0.2426, 4.4136, 0.7929, 2.4259]
model = BetaGeoFitter()
model.params_ = pd.Series(p, index=names["bgnbd"])
model.predict = model.conditional_expected_number_of_purchases_up_to_time
for x, recency, age in ((2, 30.43, 38.86), (0, 0.0, 30.0), (10, 35.0, 36.0)):
    value = lifetimes.utils._customer_lifetime_value(
        model, pd.Series([x]), pd.Series([recency]), pd.Series([age]), pd.Series([20.0]), time=12,
        discount_rate=0.01, freq="W")
    emit("clv", p, x, recency, age, 12, value)
