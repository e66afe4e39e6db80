"""k-means of Strata against scikit-learn, scikit-learn-intelex and faiss, from the same initial centroids.

usage: kmeans.py --bench PATH [--rounds 3] [--repeats 2] [--shapes 1000000x3,1000000x8,10000000x4] [--clusters 8,64]
                 [--converge] [--work DIR] [--results DIR]

Float, all cores, 20 Lloyd iterations, or with --converge until no label changes (500 iterations at most; without
faiss, which has no such end). Contenders take turns, each in a process of its own with two fits, of which the
faster counts: the first one of a process starts thread pools. Strata's time includes centring, as the others'
does. The comparison ends when inertias differ by more than 1e-5 (1e-4 for faiss, which sums in Float; 1e-3 when
converged: other local minima). Shapes that were measured before, and are kept in the work folder, stay in the report,
so that they can be measured one a call. Processor seconds are of all cores and of both fits' faster one; a busy
machine does not stretch them, so that they show how many of the cores there were.
"""

import argparse
import json
import pathlib
import sys

import numpy as np

import comparison

HERE = pathlib.Path(__file__).resolve().parent
PEERS = ("scikit-learn-lloyd", "scikit-learn-intelex", "faiss")
PEAK = 205  # GFLOP/s of Float FMA on 2 cores at 3.2 GHz


def make_data(work, rows, columns, counts):
    """Twelve overlapping groups; initial centroids are rows drawn without replacement."""
    points = work / f"points-{rows}x{columns}.f32"
    files = {count: work / f"centroids-{rows}x{columns}x{count}.f32" for count in counts}
    if points.exists() and all(file.exists() for file in files.values()):
        return points, files
    random = np.random.default_rng(7)
    centers = random.normal(size=(12, columns)) * 1.5
    x = (centers[random.integers(0, 12, rows)] + random.normal(size=(rows, columns)) * 0.8).astype(np.float32)
    x.T.copy().tofile(points)
    for count in counts:
        x[random.choice(rows, count, replace=False)].tofile(files[count])
    return points, files


def compare(arguments, points, centroids, rows, columns, clusters):
    found = {}

    def strata_seconds(name):
        def read(output):
            result = json.loads(output)
            found[name] = result
            return min(a + b for a, b in zip(result["prepareSeconds"], result["fitSeconds"]))
        return read

    def peer_seconds(name):
        def read(output):
            found[name] = json.loads(output)
            return min(found[name]["seconds"])
        return read

    iterations = 500 if arguments.converge else 20
    what = "to convergence" if arguments.converge else "20 iterations"
    table = comparison.Comparison(f"{rows:,} × {columns}, k = {clusters}, {what}", arguments.rounds, warmups=0)
    shape = ["--points", points, "--rows", str(rows), "--columns", str(columns), "--centroids", centroids,
             "--clusters", str(clusters), "--iterations", str(iterations), "--repeats", str(arguments.repeats)]
    for name, pruning in (("strata", "yes"), ("strata without pruning", "no")):
        table.add(name, [arguments.bench, "kmeans", *shape, "--pruning", pruning], read_seconds=strata_seconds(name))
    peers = PEERS
    if arguments.converge:
        # Elkan's takes two to four times as long as Lloyd's: at the largest shape more than half an hour.
        peers = ("scikit-learn-lloyd", "scikit-learn-elkan")[:1 if rows * clusters > 10 ** 8 else 2]
    for name in peers:
        command = [sys.executable, HERE / "kmeans_engines.py", name, points, rows, columns, centroids, clusters,
                   iterations, arguments.repeats]
        table.add(name, [str(part) for part in command], read_seconds=peer_seconds(name))
    result = table.run()
    reference = found["strata"]["inertia"]
    for name, values in found.items():
        tolerance = 1e-3 if arguments.converge else 1e-4 if name == "faiss" else 1e-5
        if abs(values["inertia"] / reference - 1) > tolerance:
            raise SystemExit(f"{name} has inertia {values['inertia']}, strata {reference}: not the same work")
    for row in result["rows"]:
        row["iterations"] = found[row["name"]]["iterations"]
        row["nanoseconds_point_iteration"] = row["median_seconds"] / rows / row["iterations"] * 1e9
        row["inertia"] = found[row["name"]]["inertia"]
        row["processor_seconds"] = min(found[row["name"]]["processorSeconds"])
    plain = result["rows"][1]
    operations = 2 * columns * clusters / plain["nanoseconds_point_iteration"]
    inertias = ", ".join(f"{row['name']} {row['inertia'] / reference - 1:.1e}" for row in result["rows"][2:])
    result["notes"] = [
        "Processor seconds: " + ", ".join(
            f"{row['name']} {row['processor_seconds']:.3f}" for row in result["rows"]) + ".",
        f"Inertia {reference:.6g}, relative differences: {inertias}.",
        "Nanoseconds a point and iteration: " + ", ".join(
            f"{row['name']} {row['nanoseconds_point_iteration']:.2f}" for row in result["rows"]) + ".",
        f"Distances without pruning: {operations:.0f} GFLOP/s, {operations / PEAK:.0%} of the FMA peak of {PEAK}; points "
        f"read: {4 * columns / plain['nanoseconds_point_iteration']:.1f} GB/s. Centring is counted in both."]
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bench", required=True, help="the strata-bench binary")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=2, help="fits a process, of which the fastest counts")
    parser.add_argument("--shapes", default="1000000x3,1000000x8,10000000x4")
    parser.add_argument("--clusters", default="8,64")
    parser.add_argument("--converge", action="store_true")
    parser.add_argument("--work", default="/tmp/strata-peers")
    parser.add_argument("--results", default=str(HERE / "results"))
    arguments = parser.parse_args()
    work = pathlib.Path(arguments.work)
    work.mkdir(parents=True, exist_ok=True)
    counts = [int(count) for count in arguments.clusters.split(",")]
    name = "kmeans-converged" if arguments.converge else "kmeans"
    kept = work / f"{name}-tables.json"
    tables = json.loads(kept.read_text()) if kept.exists() else {}
    for shape in arguments.shapes.split(","):
        rows, columns = (int(part) for part in shape.split("x"))
        points, centroids = make_data(work, rows, columns, (8, 64))
        for count in counts:
            key = f"{rows:09}x{columns:02}x{count:03}"
            tables[key] = compare(arguments, points, centroids[count], rows, columns, count)
            kept.write_text(json.dumps(tables))
    report = {
        "title": "k-means side by side",
        "machine": comparison.machine(),
        "versions": comparison.versions("scikit-learn", "scikit-learn-intelex", "faiss-cpu", "numpy"),
        "tables": [tables[key] for key in sorted(tables)],
    }
    comparison.write(report, name, arguments.results)


main()
