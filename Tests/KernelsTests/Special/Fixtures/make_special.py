"""Values of special functions to 40 digits, rounded to double: special.csv.

    python make_special.py > special.csv        # mpmath 1.4.1
"""
import random

import mpmath as mp

mp.mp.dps = 40
random.seed(20261121)


def row(name, arguments, value):
    print(",".join([name] + [repr(float(a)) for a in arguments] + [mp.nstr(value, 20)]))


print("function,x,value")
for _ in range(60):
    x = 10 ** random.uniform(-12, 12)
    row("log", [x], mp.log(mp.mpf(x)))
    row("logOnePlus", [x], mp.log1p(mp.mpf(x)))
    x = random.uniform(-700, 700) if random.random() < 0.5 else random.uniform(-3, 3)
    row("exp", [x], mp.exp(mp.mpf(x)))
    x = random.choice([-1, 1]) * 10 ** random.uniform(-12, 2.8)
    row("expMinusOne", [x], mp.expm1(mp.mpf(x)))
for _ in range(80):
    x = 10 ** random.uniform(-6, 7)
    row("logGamma", [x], mp.loggamma(mp.mpf(x)))
    row("digamma", [x], mp.digamma(mp.mpf(x)))
    row("trigamma", [x], mp.psi(1, mp.mpf(x)))
