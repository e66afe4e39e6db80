"""A column file's LZ4 blocks decoded to memory, against `lz4 -b1`.

usage: decode.py --bench PATH [--megabytes 256] [--rounds 7] [--work DIR] [--results DIR]

The values are prices: floats of a list of so many, the frequent ones more often. `lz4 -b1` compresses and decompresses
the same bytes in memory, over and over into the same place; Strata reads the file from the page cache,
compares checksums and decodes. Both take turns, on one core and on all: as many lz4 at once.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

import comparison

HERE = pathlib.Path(__file__).resolve().parent


def peer(values, cores):
    """MB/s that so many lz4 decode together, one a core at the same time, and the share of the bytes that is left."""
    running = [subprocess.Popen(["lz4", "-b1", "-i2", values], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
               for _ in range(cores)]
    speed = 0
    for process in running:
        text = process.communicate()[0]
        # What it writes over and over: name : bytes -> bytes (ratio), MB/s, MB/s
        lines = re.findall(r"(\d+) -> +(\d+) \([\d.]+\), *[\d.]+ MB/s *, *([\d.]+) MB/s", text)
        if process.returncode != 0 or not lines:
            raise SystemExit(f"lz4 said {text!r}")
        raw, stored, decoded = lines[-1]
        speed += float(decoded)
    return speed, int(stored) / int(raw)


def ours(bench, values, rows, column, threads):
    column.unlink(missing_ok=True)
    found = json.loads(comparison.run_once(
        [bench, "decode", "--values", values, "--rows", str(rows), "--column", column, "--threads", str(threads),
         "--repeats", "9"])[2])
    times = found["times"]["seconds"]
    return found["rawBytes"] / statistics.median(times[2:]) / 1e6, found["storedBytes"] / found["rawBytes"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", required=True)
    parser.add_argument("--megabytes", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--work", default="/tmp/strata-peers")
    parser.add_argument("--results", default=str(HERE / "results"))
    arguments = parser.parse_args()
    if not shutil.which("lz4"):
        raise SystemExit("lz4 is not installed; apt-get install lz4")
    import numpy

    work = pathlib.Path(arguments.work)
    work.mkdir(parents=True, exist_ok=True)
    values, column = work / "decode.f64", work / "decode.col"
    rows = arguments.megabytes << 17
    random = numpy.random.default_rng(1)
    prices = numpy.round(random.gamma(2, 20, 2000), 2)
    prices[numpy.minimum(random.geometric(0.01, rows), 2000) - 1].tofile(values)

    cores = len(os.sched_getaffinity(0))
    samples = []
    for turn in range(arguments.rounds + 1):
        lz4, left = peer(values, 1)
        one, kept = ours(arguments.bench, values, rows, column, 1)
        lz4s, _ = peer(values, cores)
        all_cores, _ = ours(arguments.bench, values, rows, column, cores)
        print(f"  1 core: lz4 {lz4:.0f}, strata {one:.0f}; {cores}: lz4 {lz4s:.0f}, strata {all_cores:.0f} MB/s",
              file=sys.stderr)
        if turn > 0:
            samples.append((lz4, one, one / lz4, lz4s, all_cores, all_cores / lz4s, all_cores / (lz4 * cores)))
    column.unlink()
    values.unlink()
    lz4, one, one_share, lz4s, all_cores, share, share_of_one = (statistics.median(column) for column in zip(*samples))
    version = subprocess.run(["lz4", "--version"], capture_output=True, text=True).stdout.split(",")[0].split()[-1]
    comparison.write(
        {"title": "Decoding LZ4 columns", "machine": comparison.machine(), "versions": {"lz4": version},
         "tables": [{
             "title": f"{arguments.megabytes} MiB of prices as floats: medians of {arguments.rounds} rounds in turn",
             "columns": ["", "cores", "MB/s", "stored at", "share of lz4 -b1"],
             "cells": [["lz4 -b1, memory to memory", 1, f"{lz4:,.0f}", f"{left:.1%}", ""],
                       ["strata, file to column", 1, f"{one:,.0f}", f"{kept:.1%}", f"{one_share:.0%}"],
                       [f"lz4 -b1, {cores} at once", cores, f"{lz4s:,.0f}", f"{left:.1%}", ""],
                       ["strata, file to column", cores, f"{all_cores:,.0f}", f"{kept:.1%}", f"{share:.0%}"]],
             "rows": samples,
             "notes": ["The file is in the page cache; Strata reads it, compares checksums and decodes into memory that "
                       "was freed before, the first two of nine reads left out. With the decode speed of one lz4 times "
                       f"{cores}: {share_of_one:.0%}."]}]},
        "decode", arguments.results)


if __name__ == "__main__":
    main()
