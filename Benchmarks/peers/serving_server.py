"""Servers under test: strata serve and redis-server, on a TCP port and a Unix socket, and what redis-benchmark sees."""

import csv
import io
import os
import resource
import shutil
import signal
import socket
import subprocess
import time


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process that answers PING on a port and on a socket file."""

    def __init__(self, name, work, command):
        self.name = name
        self.port = free_port()
        self.unix = str(work / f"{name}.sock")
        if os.path.exists(self.unix):
            os.unlink(self.unix)
        self.log = open(work / f"{name}.log", "w")
        self.process = subprocess.Popen(
            command(self.port, self.unix), stdout=self.log, stderr=subprocess.STDOUT)
        for _ in range(1200):
            if self.process.poll() is not None:
                raise SystemExit(f"{name} ended with {self.process.returncode}: see {self.log.name}")
            try:
                if self.client().ping():
                    return
            except Exception:
                time.sleep(0.1)
        raise SystemExit(f"{name} does not answer")

    def client(self):
        import redis

        return redis.Redis(unix_socket_path=self.unix, protocol=2)

    def resident_bytes(self):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0

    def send(self, signal_number):
        self.process.send_signal(signal_number)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


def start_strata(strata, store, work, options=()):
    return Server("strata", work, lambda port, unix: [
        strata, "serve", str(store), "--listen", f"127.0.0.1:{port}", "--unix", unix, *options])


def start_redis(name, work):
    if not shutil.which("redis-server"):
        raise SystemExit("redis-server is not installed; apt-get install redis")
    folder = work / name
    folder.mkdir(exist_ok=True)
    return Server(name, work, lambda port, unix: [
        "redis-server", "--port", str(port), "--unixsocket", unix, "--save", "", "--appendonly", "no",
        "--dir", str(folder), "--daemonize", "no"])


def redis_benchmark(server, command, customers, requests, pipeline, unix, clients=50):
    """One run of redis-benchmark over random ids; requests a second, latencies in milliseconds, and which share of
    the time the client itself was computing: at 1 it is the client that sets the pace."""
    where = ["-s", server.unix] if unix else ["-h", "127.0.0.1", "-p", str(server.port)]
    words = [command] if command == "PING" else [command, "C__rand_int__"]
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    output = subprocess.run(
        ["redis-benchmark", *where, "-n", str(requests), "-c", str(clients), "-P", str(pipeline), "-r",
         str(customers), "--csv", *words],
        capture_output=True, text=True, check=True).stdout
    taken, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    rows = list(csv.reader(io.StringIO(output)))
    if len(rows) < 2 or rows[0][1] != "rps":
        raise SystemExit(f"redis-benchmark said {output!r}")
    found = dict(zip(rows[0], rows[1]))
    return {"rps": float(found["rps"]), "p50": float(found["p50_latency_ms"]), "p99": float(found["p99_latency_ms"]),
            "client": busy / taken}
