"""What the models' kernels must give, from mpmath's 2F1 and U to 40 digits: references.csv.

    python make_references.py > references.csv        # mpmath 1.4.1

mixture:    expected purchases and survival of a living BG/NBD customer, x up to 5,000, T up to twenty years of
            days, by the papers' 2F1 (Fader, Hardie and Lee 2005, eq. 10) at a != 1 and by the integral at a = 1.
tail:       ln of the integral of (alpha + v)^-p (beta + v)^-q from u, by 2F1.
discounted: integral of exp(-rate t) (1 + t / base)^-s, by the confluent U (Fader and Hardie 2005, DERT).
"""
import random

import mpmath as mp

mp.mp.dps = 60
random.seed(19980630)


def emit(kind, arguments, *values):
    print(",".join([kind] + [repr(float(a)) for a in arguments] + [mp.nstr(v, 20) for v in values]))


def mixture(rho, a, b, sigma):
    rho, a, b, sigma = (mp.mpf(v) for v in (rho, a, b, sigma))
    z = sigma / (1 + sigma)
    c = a + b
    survival = (1 - z) ** rho * mp.hyp2f1(rho, b, c, z)
    if abs(a - 1) < 1e-12:
        with mp.workdps(30):
            density = lambda p: p ** (a - 1) * (1 - p) ** (b - 1) / mp.beta(a, b)
            f = lambda p: -mp.expm1(-rho * mp.log1p(p * sigma)) / p * density(p)
            edge = 1 / (1 + b)
            purchases = mp.quad(f, [0, edge / 10, edge, min(3 * edge, 0.5), min(10 * edge, 0.9), 1])
    else:
        purchases = (c - 1) / (a - 1) * (1 - (1 - z) ** rho * mp.hyp2f1(rho, b, c - 1, z))
    return purchases, survival


cases = []
for _ in range(60):
    r, alpha = 10 ** random.uniform(-1, 0.7), 10 ** random.uniform(0, 2.3)
    a, b = 10 ** random.uniform(-0.7, 0.7), 10 ** random.uniform(-0.3, 1)
    x = random.choice([0, 0, 1, 2, 5, 20, 100, 1000, 5000])
    t = random.choice([1, 30.4375, 90, 365.25, 3652.5])
    T = random.uniform(0, 7305)
    cases.append((r + x, a, b + x, t / (alpha + T)))
cases += [(0.24, 0.79, 2.43, 52 / 4.41), (5000.5, 0.8, 5002.5, 0.05), (5000.5, 0.8, 5002.5, 2.0)]
cases += [(2.3, 1.0, 4.0, 0.7), (0.3, 1.0, 2.0, 8.0), (1000.3, 1.0, 1003.0, 0.5)]
cases += [(0.3, 1.0000001, 2.0, 0.4), (0.3, 0.999999, 2.0, 5.0), (0.5, 0.2, 0.3, 2.0)]
cases += [(0.24, 0.79, 2.43, 1e6), (0.24, 0.79, 2.43, 1e-9), (3.2, 0.6, 5.0, 1e5)]
for case in cases:
    emit("mixture", case, *mixture(*case))


def tail(p, alpha, q, beta, u):
    p, alpha, q, beta, u = (mp.mpf(v) for v in (p, alpha, q, beta, u))
    if alpha >= beta:
        value = mp.hyp2f1(1, p, p + q, (alpha - beta) / (alpha + u)) * ((beta + u) / (alpha + u)) ** (1 - q)
        base = alpha + u
    else:
        value = mp.hyp2f1(1, q, p + q, (beta - alpha) / (beta + u)) * ((alpha + u) / (beta + u)) ** (1 - p)
        base = beta + u
    return mp.log(value / (p + q - 1)) - (p + q - 1) * mp.log(base)


for _ in range(80):
    r, s = 10 ** random.uniform(-1, 0.7), 10 ** random.uniform(-1, 0.7)
    alpha, beta = 10 ** random.uniform(0, 2.5), 10 ** random.uniform(0, 3)
    x = random.choice([0, 0, 1, 2, 5, 20, 100, 1000, 5000])
    u = random.choice([0, random.uniform(0, 40), random.uniform(0, 7305)])
    for p, q in ((r + x, s + 1), (r + x + 1, s)):
        emit("tail", (p, alpha, q, beta, u), tail(p, alpha, q, beta, u))

for _ in range(30):
    s, base, rate = 10 ** random.uniform(-1, 0.7), 10 ** random.uniform(0, 4), 10 ** random.uniform(-6, 0)
    # The integral is base U(1, 2 - s, rate base).
    emit("discounted", (s, base, rate), mp.mpf(base) * mp.hyperu(1, 2 - mp.mpf(s), mp.mpf(rate) * base))
