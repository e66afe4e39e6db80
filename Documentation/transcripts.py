#!/usr/bin/env python3
"""Makes the transcripts of Protocol.md again, from a server that runs.

usage: transcripts.py STRATA [--check]

Generates a store of 1,000 customers, serves it, sends every request of the section "Transcripts" (lines that begin with
"> ", and "$ redis-cli …" where redis-cli is installed), and puts the replies under them. Replies of another store
(SEGMENTS DETAILS, of a taxonomy of one's own) stay as they are. --check writes nothing and exits with 1 when a reply
that should be the same on every run is another.
"""

import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
LENGTH_MAX = 1600
CHANGING = ("INFO", "CLIENT INFO", "CLIENT ID", "HELLO", "SNAPSHOTS", "redis-cli INFO")
OTHER_STORES = ("SEGMENTS DETAILS",)


def make_store(strata, work):
    """1,000 customers with a region, scored with four clusters."""
    orders, people, store = work / "orders.csv", work / "customers.csv", work / "store"
    subprocess.run([strata, "generate", "-o", orders, "--customers", "1000", "--seed", "1"], check=True,
                   capture_output=True)
    ids = sorted({line.split(",")[0] for line in orders.read_text().splitlines()[1:]})
    regions = ["EU", "US", "APAC", "LATAM"]
    people.write_text("customer_id,region\n" + "".join(
        f"{one},{regions[sum(map(int, one[1:])) % 4]}\n" for one in ids))
    for command in (["ingest", store, orders], ["ingest", store, "--customers", people],
                    ["score", store, "--clusters", "4"]):
        subprocess.run([strata, *command], check=True, capture_output=True)
    return store


def cut(reply):
    return reply if len(reply) <= LENGTH_MAX else reply[:LENGTH_MAX - 2] + " …"


def replayed(lines, port):
    """The lines with what the server says now in place of the replies."""
    made, index, fenced = [], 0, False
    link = socket.create_connection(("127.0.0.1", port))
    stream = link.makefile("rwb")
    has_client = shutil.which("redis-cli") is not None
    while index < len(lines):
        line = lines[index]
        index += 1
        made.append(line)
        if line.startswith("```"):
            fenced = not fenced
        if not fenced or not (line.startswith("> ") or line.startswith("$ redis-cli")):
            continue
        old = []
        while not re.match(r"(> |\$ |```)", lines[index]):
            old.append(lines[index])
            index += 1
        if line[2:].startswith(OTHER_STORES) or (line[0] == "$" and not has_client):
            made += old
        elif line[0] == ">":
            stream.write(line[2:].encode() + b"\n")
            stream.flush()
            made.append(cut(stream.readline().decode().rstrip("\n")))
            if line == "> QUIT":
                stream = socket.create_connection(("127.0.0.1", port)).makefile("rwb")
        else:
            command = line[2:].replace("redis-cli", f"redis-cli -p {port}", 1)
            made += subprocess.run(["bash", "-c", command], capture_output=True, text=True).stdout.rstrip("\n").split("\n")
    return made


def main():
    strata, checks = pathlib.Path(sys.argv[1]).resolve(), "--check" in sys.argv
    path = HERE / "Protocol.md"
    before, mark, after = path.read_text().partition("## Transcripts\n")
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        store = make_store(strata, work)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen([strata, "serve", store, "--listen", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.05)
            old = after.split("\n")
            new = replayed(old, port)
        finally:
            server.terminate()
            server.wait()
    if not checks:
        path.write_text(before + mark + "\n".join(new))
        return
    requests = lambda lines: [line for line in lines if line.startswith(("> ", "$ "))]
    assert requests(old) == requests(new)
    request, differs = "", 0
    for was, now in zip(old, new):
        request = was if was.startswith(("> ", "$ ")) else request
        if was != now and not request[2:].startswith(CHANGING):
            print(f"{request}\n  was {was[:200]}\n  now {now[:200]}")
            differs += 1
    sys.exit(1 if differs or len(old) != len(new) else 0)


if __name__ == "__main__":
    main()
