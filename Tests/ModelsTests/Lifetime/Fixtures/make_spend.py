"""Gamma-Gamma fits and their limits by SciPy and mpmath, on small data of hard kinds: spend.csv.

    python make_spend.py > spend.csv          # NumPy 2.4, SciPy 1.17, mpmath 1.3

data:   set, x, m: a customer.
fit:    set, p, q, v, ln L: the maximum of Fader and Hardie's (2013) likelihood, by SciPy's Nelder-Mead in the logarithms and
        then Newton's method in mpmath to 25 digits.
limit:  set, q, p v, ln L: the same for p -> infinity, where the means m are inverse gamma (q, p v).
spend:  set, x, m, E[M]: equation (19) at the fit, where p x + q > 1.
"""
import mpmath as mp
import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

mp.mp.dps = 40
random = np.random.default_rng(20130308)


def likelihood(p, q, v, x, m):
    return (mp.loggamma(p * x + q) - mp.loggamma(p * x) - mp.loggamma(q) + q * mp.log(v) + (p * x - 1) * mp.log(m)
            + p * x * mp.log(x) - (p * x + q) * mp.log(x * m + v))


def slope(p, q, v, x, m):
    """By p, q and v, summed over the customers."""
    rows = [(mp.digamma(p * k + q), mp.digamma(p * k), mp.log(k * b + v), k, b) for k, b in zip(x, m)]
    return [mp.fsum(k * (all_ - own + mp.log(k * b) - base) for all_, own, base, k, b in rows),
            mp.fsum(all_ - mp.digamma(q) + mp.log(v) - base for all_, own, base, k, b in rows),
            mp.fsum(q / v - (p * k + q) / (k * b + v) for all_, own, base, k, b in rows)]


def maximum(x, m, start):
    """The fit: Nelder-Mead in double precision, then Newton's method for a slope of 0."""
    x, m = np.array(x), np.array(m)

    def minus(u):
        p, q, v = np.exp(u)
        return -np.sum(gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v) + (p * x - 1) * np.log(m)
                       + p * x * np.log(x) - (p * x + q) * np.log(x * m + v))
    rough = minimize(minus, np.log(start), method="Nelder-Mead",
                     options={"xatol": 1e-7, "fatol": 1e-10, "maxiter": 4000, "maxfev": 4000})
    x, m = [mp.mpf(int(k)) for k in x], [mp.mpf(float(b)) for b in m]
    at = lambda *u: [s * mp.exp(w) for s, w in zip(slope(*[mp.exp(w) for w in u], x, m), u)]
    return [mp.exp(w) for w in mp.findroot(at, [mp.mpf(w) for w in rough.x], tol=1e-30, maxsteps=20, verify=False)]


def limit(m):
    """q and p v of the inverse gamma distribution: the mean of 1 / m gives the one for the other."""
    m = [mp.mpf(b) for b in m]
    inverse = mp.fsum(1 / b for b in m) / len(m)
    logarithm = mp.fsum(mp.log(b) for b in m) / len(m)
    q = mp.findroot(lambda q: mp.log(q / inverse) - mp.digamma(q) - logarithm, (0.05, 3), solver="anderson")
    pv = q / inverse
    return q, pv, len(m) * (q * mp.log(pv) - mp.loggamma(q) - (q + 1) * logarithm - pv * inverse)


def draw(count, p, q, v, xs):
    x = random.choice(xs, count)
    rate = random.gamma(q, 1 / v, count)
    return [int(k) for k in x], [float(f"{m:.6g}") for m in random.gamma(p * x, 1 / rate) / x]


sets = {
    "usual": draw(400, 6.0, 4.0, 15.0, [1, 1, 2, 3, 7]),
    "heavy": draw(400, 6.0, 0.6, 15.0, [1, 1, 2, 3, 7]),
    "noisy": draw(60, 0.2, 0.7, 40.0, [1, 1, 2, 3, 7]),
    "alike": draw(200, 300.0, 400.0, 13.3, [1, 2, 4, 40]),
    "constant": ([1, 2, 9, 500, 1, 3] * 5, [9.99, 19.99, 99.0, 9.99, 99.0, 19.99] * 5),
    "constant heavy": ([1, 2, 9, 500, 1, 3] * 5, [1.0, 20.0, 3000.0, 5e5, 2e7, 4.0] * 5),
}
for name, (x, m) in sets.items():
    for k, mean in zip(x, m):
        print("data", name, k, repr(mean), sep=",")
    if name.startswith("constant"):
        print("limit", name, *(mp.nstr(w, 17) for w in limit(m)), sep=",")
        continue
    p, q, v = maximum(x, m, {"alike": [300.0, 400.0, 13.3], "noisy": [0.2, 0.7, 40.0]}.get(name, [6.0, 2.0, 15.0]))
    total = mp.fsum(likelihood(p, q, v, mp.mpf(k), mp.mpf(b)) for k, b in zip(x, m))
    print("fit", name, *(mp.nstr(w, 17) for w in (p, q, v, total)), sep=",")
    for k, mean in zip([1, 1, 2, 30], [5.0, 300.0, 0.01, 1e5]):
        if p * k + q > 1:
            print("spend", name, k, mean, mp.nstr(p * (v + k * mp.mpf(mean)) / (p * k + q - 1), 17), sep=",")
