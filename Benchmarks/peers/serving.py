"""Strata against Redis as the server of customers' profiles, by redis-benchmark.

usage: serving.py --strata PATH [--customers 1000000] [--requests 30000] [--rounds 15] [--swaps 100]
                  [--work DIR] [--results DIR] [--quick]

Redis holds the same profiles: one server as JSON strings (GET), another as hashes (HGETALL). 50 clients ask for
random ids, one by one and 16 at a time, over TCP and a Unix socket; servers take turns, round by round. Before
anything is timed, profiles of both are compared. Then memory, and latencies while snapshots are swapped.
"""

import argparse
import json
import multiprocessing
import pathlib
import random
import re
import shutil
import signal
import socket
import statistics
import sys
import time

import comparison
import serving_server
import serving_store

HERE = pathlib.Path(__file__).resolve().parent


FIRST_FIELD = re.compile(rb"\*(\d+)\r\n(?=\$11\r\ncustomer_id\r\n)")


def connect(server):
    """A stream of bytes: client libraries would take minutes to copy a million profiles."""
    link = socket.socket(socket.AF_UNIX)
    link.connect(server.unix)
    return link.makefile("rwb", 1 << 20)


def command(*words):
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def fill(strata, strings, hashes, customers):
    """Copies every profile from the one server into the two others, byte by byte as it was sent."""
    source, into, also = connect(strata), connect(strings), connect(hashes)
    for start in range(0, customers, 500):
        batch = [b"C%012d" % i for i in range(start, min(customers, start + 500))]
        source.write(b"".join(command(b"GET", one) for one in batch))
        source.flush()
        for one in batch:
            head = source.readline()
            if head[:1] != b"$" or head == b"$-1\r\n":
                raise SystemExit(f"{one.decode()} is no customer: {head!r}")
            into.write(b"*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n" % (len(one), one) + head)
            into.write(source.read(int(head[1:]) + 2))
        into.flush()
        source.write(b"".join(command(b"HGETALL", one) for one in batch) + command(b"PING"))
        source.flush()
        text = b""
        while not text.endswith(b"\r\n+PONG\r\n"):
            text += source.read1(1 << 20)
        # In turn the number of names and values of a profile, and these.
        parts = FIRST_FIELD.split(text[:-7])
        if len(parts) != 2 * len(batch) + 1:
            raise SystemExit(f"not every customer from {batch[0].decode()} on has fields")
        for one, count, pairs in zip(batch, parts[1::2], parts[2::2]):
            also.write(b"*%d\r\n$4\r\nHSET\r\n$%d\r\n%s\r\n" % (int(count) + 2, len(one), one) + pairs)
        also.flush()
        for _ in batch:
            if into.readline() != b"+OK\r\n" or also.readline()[:1] != b":":
                raise SystemExit("Redis refused a profile")


def check_equal(strata, strings, hashes, customers):
    chosen = random.Random(1)
    for _ in range(1000):
        one = f"C{chosen.randrange(customers):012d}"
        if strata.get(one) != strings.get(one) or strata.hgetall(one) != hashes.hgetall(one):
            raise SystemExit(f"the profiles of {one} differ: not the same work")
    print("  1,000 random profiles are equal", file=sys.stderr)


def throughput(servers, arguments):
    """Rows of [command, socket, pipeline, strata and redis figures]."""
    rows = []
    for asked, peer in (("PING", "redis"), ("GET", "redis"), ("HGETALL", "redis-hashes")):
        for unix in (False, True):
            for pipeline in (1,) if asked == "PING" else (1, 16):
                requests = arguments.requests * (4 if pipeline > 1 else 1)
                samples = {"strata": [], peer: []}
                # One warm-up, then rounds in which the two take turns at being first.
                for turn in range(arguments.rounds + 1):
                    for name in list(samples)[:: -1 if turn % 2 else 1]:
                        found = serving_server.redis_benchmark(
                            servers[name], asked, arguments.customers, requests, pipeline, unix)
                        if turn > 0:
                            samples[name].append(found)
                middle = {
                    name: {key: statistics.median(sample[key] for sample in values) for key in values[0]}
                    for name, values in samples.items()}
                ratio = statistics.median(
                    ours["rps"] / theirs["rps"] for ours, theirs in zip(samples["strata"], samples[peer]))
                row = [asked, "Unix" if unix else "TCP", pipeline, middle["strata"], middle[peer], ratio]
                print(f"  {row}", file=sys.stderr)
                rows.append(row)
    return rows


QUIET, SWAPPING, DONE = range(3)


def ask_on(server, customers, number, phase, answers):
    """A client in a process of its own: seconds that its single GETs took in each phase, and what went wrong."""
    client = server.client()
    chosen = random.Random(number)
    taken, errors = {QUIET: [], SWAPPING: []}, []
    while (now := phase.value) != DONE:
        one = f"C{chosen.randrange(customers):012d}"
        start = time.perf_counter()
        try:
            reply = client.get(one)
            taken[now].append(time.perf_counter() - start)
            if reply is None or json.loads(reply)["customer_id"] != one:
                errors.append(f"{one}: {reply!r}")
        except Exception as error:
            errors.append(f"{one}: {error}")
    answers.put((taken, errors[:100]))


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def swap_under_load(arguments, store, work):
    """p99 of GETs without and with snapshots being swapped, and what went wrong."""
    copy = work / "swap-store"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(store, copy)
    manifests = [(copy / "manifest.json").read_bytes()]
    snapshots = json.loads(manifests[0])["snapshots"]
    as_of = snapshots[-1].get("as_of") or snapshots[-1].get("asOf")
    for _ in range(3):
        comparison.run_once([arguments.strata, "score", copy, "--as-of", str(as_of), "--clusters", "8", "--full"])
        manifests.append((copy / "manifest.json").read_bytes())
    server = serving_server.start_strata(arguments.strata, copy, work, ["--reload", "0"])
    errors = []
    try:
        # Threads of one interpreter would wait for each other, up to 5 ms, and call it the server's time.
        fork = multiprocessing.get_context("fork")
        phase, answers = fork.Value("i", QUIET, lock=False), fork.Queue()
        clients = [
            fork.Process(target=ask_on, args=(server, arguments.customers, number, phase, answers))
            for number in range(4)]
        for process in clients:
            process.start()
        time.sleep(2 if arguments.quick else 10)
        client = server.client()
        phase.value = SWAPPING
        swapped = 0
        for turn in range(arguments.swaps):
            next_manifest = copy / "manifest.next"
            next_manifest.write_bytes(manifests[(turn + 1) % len(manifests)])
            next_manifest.rename(copy / "manifest.json")
            server.send(signal.SIGHUP)
            for _ in range(600):
                if int(client.info()["snapshot_swaps"]) > swapped:
                    break
                time.sleep(0.02)
            else:
                errors.append(f"swap {turn} did not come")
            swapped = int(client.info()["snapshot_swaps"])
        phase.value = DONE
        taken = {QUIET: [], SWAPPING: []}
        for _ in clients:
            times, wrong = answers.get()
            errors += wrong
            for key, values in times.items():
                taken[key] += values
        for process in clients:
            process.join()
        return {
            "swaps": swapped, "errors": len(errors), "first_errors": errors[:5],
            "requests": len(taken[QUIET]) + len(taken[SWAPPING]),
            "quiet_p99_ms": percentile(taken[QUIET], 0.99) * 1e3,
            "swapping_p99_ms": percentile(taken[SWAPPING], 0.99) * 1e3,
        }
    finally:
        server.stop()
        shutil.rmtree(copy, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--strata", required=True)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--swaps", type=int, default=100)
    parser.add_argument("--work", default="/tmp/strata-peers")
    parser.add_argument("--results", default=str(HERE / "results"))
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything runs")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.customers, arguments.requests = min(arguments.customers, 20_000), 5_000
        arguments.rounds, arguments.swaps = 1, min(arguments.swaps, 5)
    work = pathlib.Path(arguments.work)
    store = serving_store.make_store(arguments.strata, work, arguments.customers)
    servers = {}
    try:
        servers["strata"] = serving_server.start_strata(arguments.strata, store, work)
        servers["redis"] = serving_server.start_redis("redis", work)
        servers["redis-hashes"] = serving_server.start_redis("redis-hashes", work)
        empty = {name: server.resident_bytes() for name, server in servers.items()}
        clients = {name: server.client() for name, server in servers.items()}
        customers = arguments.customers = int(clients["strata"].dbsize())
        fill(servers["strata"], servers["redis"], servers["redis-hashes"], customers)
        check_equal(clients["strata"], clients["redis"], clients["redis-hashes"], customers)
        rows = throughput(servers, arguments)
        used = {name: int(clients[name].info("memory")["used_memory"]) / customers
                for name in ("redis", "redis-hashes")}
        used["strata"] = servers["strata"].resident_bytes() / customers
        held = float(clients["strata"].info()["snapshot_bytes"]) / customers
        redis_version = clients["redis"].info("server")["redis_version"]
    finally:
        for server in servers.values():
            server.stop()
    swaps = swap_under_load(arguments, store, work)

    cells = [[
        command, socket, pipeline, f"{ours['rps']:,.0f}", f"{theirs['rps']:,.0f}", f"{ratio:.2f}",
        f"{ours['p50']:.3f} / {ours['p99']:.3f}", f"{theirs['p50']:.3f} / {theirs['p99']:.3f}",
        f"{ours['client']:.0%} / {theirs['client']:.0%}"]
        for command, socket, pipeline, ours, theirs, ratio in rows]
    version = comparison.run_once([arguments.strata, "--version"])[2].strip()
    comparison.write(
        {"title": "Serving profiles", "machine": comparison.machine(),
         "versions": {"strata": version, "redis-server": redis_version, "redis-py": comparison.versions("redis")["redis"]},
         "tables": [
             {"title": f"{customers:,} customers, 50 clients, random ids: medians of {arguments.rounds} rounds in turn",
              "columns": ["command", "socket", "at a time", "Strata /s", "Redis /s", "times Redis",
                          "Strata p50 / p99 ms", "Redis p50 / p99 ms", "client busy"],
              "cells": cells, "rows": rows,
              "notes": ["The ratio is the median of the rounds' ratios. Server and client share the machine's cores. Client "
                        "busy: the share of the time in which redis-benchmark itself computed, with Strata and with "
                        "Redis. At 100% it sets the pace, whoever answers; PING, whose answer costs nothing, shows how "
                        "fast it can ask."]},
             {"title": "Memory, bytes a customer", "columns": ["server", "bytes"],
              "cells": [["Strata, resident, with ids and index", f"{used['strata']:.0f}"],
                        ["Strata, as it counts its snapshot", f"{held:.0f}"],
                        ["Redis, JSON strings (used_memory)", f"{used['redis']:.0f}"],
                        ["Redis, hashes (used_memory)", f"{used['redis-hashes']:.0f}"]],
              "rows": {**used, "counted": held, "empty": empty}},
             {"title": f"{swaps['swaps']} snapshots swapped under load",
              "columns": ["requests", "errors", "quiet p99 ms", "p99 ms while swapping", "times quiet"],
              "cells": [[f"{swaps['requests']:,}", swaps["errors"], f"{swaps['quiet_p99_ms']:.3f}",
                         f"{swaps['swapping_p99_ms']:.3f}",
                         f"{swaps['swapping_p99_ms'] / swaps['quiet_p99_ms']:.2f}"]],
              "rows": swaps,
              "notes": ["Four Python clients, a process each, ask one by one; a snapshot is loaded as soon as the last one is in force."]}]},
        "serving-quick" if arguments.quick else f"serving-{customers}", arguments.results)
    if swaps["errors"]:
        raise SystemExit(f"errors while swapping: {swaps['first_errors']}")


if __name__ == "__main__":
    main()
