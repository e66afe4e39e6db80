"""What forecasts must give far from what is usual, from mpmath to 30 digits: extremes.csv.

    python make_extremes.py > extremes.csv                   # 2,000 points, some minutes
    python make_extremes.py 8000 2 > whole.csv               # more points, another seed

The last two rows of extremes.csv are points of the second that had once gone wrong.

Every parameter and time is 10^-6 to 10^6 (x: 0 to 10^6), log-uniform, half of the points on the corners of that box.

mixture: rho, a, b, sigma: N and S of Documentation/Models.md, (4) and (5).
bgnbd, mbgnbd: r, alpha, a, b, x, t_x, T: P(alive).
pnbd:    r, alpha, s, beta, x, t_x, T, t, delta: P(alive), purchases within t, DERT at delta.

Integrals are taken by the trapezoidal rule in the logit (mixture) or the logarithm (the others) of the variable, over
the whole line: beyond the ends, where the integrand is a pure exponential, its nodes are a geometric series.
The mixtures of moderate parameters are checked against 2F1, the integrals of `pnbd` against 2F1 and U.
"""
import random
import sys

import mpmath as mp

mp.mp.dps = 30
count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
random.seed(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
CUT = 60  # e^-60 = 9e-27


def softplus(u):
    return u + mp.log1p(mp.exp(-u)) if u > 0 else mp.log1p(mp.exp(u))


def line(f, start, step, left, right, slope_left, slope_right, least):
    """step * sum of exp(f(u)) over the nodes from left to right and their geometric continuation."""
    def half(direction, end, slope):
        total, u = mp.mpf(0), start if direction > 0 else start - step
        while True:
            value = f(u)
            if (u - end) * direction >= 0:
                return total + mp.exp(value) / -mp.expm1(-slope * step)
            total += mp.exp(value)
            if value < least and (f(u + direction * step) < value):
                return total
            u += direction * step
    return step * (half(1, right, slope_right) + half(-1, left, slope_left))


def tilted(a, b, rho, sigma):
    """The log integrand of E[(1 + p sigma)^-rho] in u = logit p, the root of its slope, and its width there."""
    c, L = a + b, mp.log1p(sigma)
    f = lambda u: a * u - (c - rho) * softplus(u) - rho * softplus(u + L)
    # b M e^2 - (a M - b - rho sigma) e - a = 0 of e = exp(u), M = 1 + sigma
    M = 1 + sigma
    h = (a * M - b - rho * sigma) / 2
    root = mp.sqrt(h * h + a * b * M)
    e = (h + root) / (b * M) if h > 0 else a / (root - h)
    u = mp.log(e)
    s = lambda v: mp.exp(-softplus(v) - softplus(-v))
    curvature = -(rho - c) * s(u) + rho * s(u + L)
    return f, u, 1 / mp.sqrt(curvature) if curvature > 0 else mp.mpf(1e9)


def mixture(rho, a, b, sigma):
    rho, a, b, sigma = (mp.mpf(v) for v in (rho, a, b, sigma))
    c = a + b
    left = -mp.log(c + 2 + sigma * (1 + rho)) - CUT
    right = mp.log(c + 2 + rho) + CUT
    density, top, width = tilted(a, b, mp.mpf(0), mp.mpf(0))
    step = min(mp.mpf("0.18"), width * mp.mpf("0.33"))
    total = line(density, top, step, left, right, a, b, density(top) - CUT)

    def purchases(u):
        p = 1 / (1 + mp.exp(-u))
        return density(u) + mp.log(-mp.expm1(-rho * mp.log1p(p * sigma)) / p)
    # The mode of the product lies at or left of the density's: up to there nothing is cut off.
    n = line(purchases, top, step, left, right, a, b, purchases(top) - CUT - abs(mp.log(1 + rho * sigma))) / total
    f, mode, width = tilted(a, b, rho, sigma)
    s = line(f, mode, min(mp.mpf("0.18"), width * mp.mpf("0.33")), min(left, mode - 1), max(right, mode + 1), a, b,
             f(mode) - CUT) / total
    if max(rho, c, abs(c - 1 - rho)) < 200 and abs(a - 1) > 1e-3 and 1e-4 < sigma < 1e4:
        z = sigma / (1 + sigma)
        with mp.workdps(60):
            exact = (c - 1) / (a - 1) * (1 - (1 - z) ** rho * mp.hyp2f1(rho, b, c - 1, z))
            survival = (1 - z) ** rho * mp.hyp2f1(rho, b, c, z)
        check(n, exact)
        check(s, survival)
    return n, s


checks = 0


def check(value, exact):
    global checks
    checks += 1
    assert abs(value / exact - 1) < mp.mpf(10) ** -15, (value, exact)


def tail(A, B, p, q):
    """Integral of (1 + v / A)^-p (1 + v / B)^-q, v from 0."""
    f = lambda y: y - p * mp.log1p(mp.exp(y) / A) - q * mp.log1p(mp.exp(y) / B)
    left = -mp.log(p / A + q / B) - CUT
    right = mp.log(max(A, B)) + CUT + mp.log(1 + p + q)
    start = mp.log(1 / (p / A + q / B))
    value = line(f, start, mp.mpf("0.18"), left, right, mp.mpf(1), p + q - 1, f(start) - CUT - 5)
    if p + q < 200 and 1e-3 < A / B < 1e3:
        small, large, exponent = (B, A, p) if A >= B else (A, B, q)
        with mp.workdps(50):
            exact = mp.hyp2f1(1, exponent, p + q, 1 - small / large) / (p + q - 1) * small
            check(value, exact)
    return value


def discounted(s, B, rate):
    f = lambda y: y - rate * mp.exp(y) - s * mp.log1p(mp.exp(y) / B)
    start = -mp.log(rate + s / B)
    value = line(f, start, mp.mpf("0.18"), start - CUT, mp.log(200 / rate), mp.mpf(1), mp.mpf(1), f(start) - CUT - 5)
    if s < 50 and 1e-3 < rate * B < 50:
        with mp.workdps(50):
            check(value, B * mp.hyperu(1, 2 - s, rate * B))
    return value


def pareto(r, alpha, s, beta, x, tx, T, t, delta):
    r, alpha, s, beta, tx, T, t, delta = (mp.mpf(v) for v in (r, alpha, s, beta, tx, T, t, delta))
    rho = r + x
    K = rho / (alpha + T) * tail(alpha + T, beta + T, rho + 1, s)
    ratio = rho * mp.log1p((T - tx) / (alpha + tx)) + s * mp.log1p((T - tx) / (beta + tx))
    G = s / (beta + tx) * mp.exp(ratio) * tail(alpha + tx, beta + tx, rho, s + 1)
    alive = 1 / (K + G)
    l = mp.log1p(t / (beta + T))
    growth = l if s == 1 else mp.expm1((1 - s) * l) / (1 - s)
    expected = alive * rho * (beta + T) / (alpha + T) * growth
    return alive, expected, alive * rho / (alpha + T) * discounted(s, beta + T, delta)


def any_of(corner):
    return 10.0 ** (random.choice([-6, -3, 0, 3, 6]) if corner else random.uniform(-6, 6))


def emit(kind, arguments, values):
    print(",".join([kind] + [repr(float(a)) for a in arguments] + [mp.nstr(v, 20) for v in values]), flush=True)


for k in range(count):
    corner = k % 2 == 0
    pick = lambda: any_of(corner)
    x = random.choice([0, 0, 1, 3, 30, 1000, 10**6])
    T = pick()
    tx = 0.0 if x == 0 else T if random.random() < 0.2 else T * min(1.0, 10 ** random.uniform(-3, 0))
    r, alpha, a, b, t = pick(), pick(), pick(), pick(), pick()
    if k % 4 < 2:
        arguments = (float(r + x), a, float(b + x), t / (alpha + T))
        emit("mixture", arguments, mixture(*arguments))
    elif k % 16 in (2, 7):
        kind = "bgnbd" if k % 16 == 2 else "mbgnbd"
        shift = 1 if kind == "bgnbd" else 0
        alive = mp.mpf(1)
        if x > 0 or shift == 0:
            odds = mp.mpf(a) / (mp.mpf(b) + x - shift)
            odds *= mp.exp((mp.mpf(r) + x) * mp.log1p((mp.mpf(T) - tx) / (mp.mpf(alpha) + tx)))
            alive = 1 / (1 + odds)
        emit(kind, (r, alpha, a, b, x, tx, T), [alive])
    else:
        arguments = (r, alpha, a, b, x, tx, T, t, pick())
        emit("pnbd", arguments, pareto(*arguments))
print(f"{checks} integrals checked against 2F1 and U", file=sys.stderr)
