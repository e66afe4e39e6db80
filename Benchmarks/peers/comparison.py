"""Times commands side by side: A B C A B C ..., each in a process of its own.

Wall time and peak resident memory come from wait4 of the finished process. Results are written as a Markdown
and a JSON table with versions, machine, medians and spread.
"""

import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time


def run_once(command, environment=None):
    """Runs one command; returns (wall seconds, peak MB, standard output). A failure ends the comparison."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=errors, env={**os.environ, **(environment or {})})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        if process.returncode != 0:
            errors.seek(0)
            raise SystemExit(
                f"{' '.join(map(str, command))}\nended with {process.returncode}:\n"
                + errors.read().decode(errors="replace")[-4000:])
        return seconds, usage.ru_maxrss / 1024, output.read().decode(errors="replace")


class Comparison:
    """Contenders that do the same work, timed in turn."""

    def __init__(self, title, rounds=5, warmups=1):
        self.title = title
        self.rounds = rounds
        self.warmups = warmups
        self.contenders = {}

    def add(self, name, command, before=None, environment=None, read_seconds=None):
        """A contender. `before` runs untimed before each round. `read_seconds` takes the standard output and
        returns the seconds to count instead of the whole process's."""
        self.contenders[name] = (command, before, environment, read_seconds)

    def run(self):
        samples = {name: [] for name in self.contenders}
        for turn in range(self.warmups + self.rounds):
            for name, (command, before, environment, read_seconds) in self.contenders.items():
                if before:
                    before()
                seconds, megabytes, output = run_once(command, environment)
                if read_seconds:
                    seconds = read_seconds(output)
                if turn >= self.warmups:
                    samples[name].append((seconds, megabytes))
                print(f"  {self.title}: {name}: {seconds:.3f} s, {megabytes:.0f} MB", file=sys.stderr)
        rows = []
        for name, values in samples.items():
            seconds = [value[0] for value in values]
            rows.append({
                "name": name,
                "median_seconds": statistics.median(seconds),
                "minimum_seconds": min(seconds),
                "maximum_seconds": max(seconds),
                "peak_megabytes": max(value[1] for value in values),
            })
        return {"title": self.title, "rounds": self.rounds, "rows": rows}


def machine():
    """What the figures were measured on."""
    cpu = platform.processor()
    try:
        for line in open("/proc/cpuinfo"):
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    return {
        "cpu": cpu,
        "cores": len(os.sched_getaffinity(0)),
        "system": f"{platform.system()} {platform.release()}",
        "date": datetime.date.today().isoformat(),
    }


def versions(*packages):
    from importlib import metadata

    found = {}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            pass
    return found


def plain_table(columns, cells):
    """A table of its own columns; all but the first are numbers."""
    rows = ["| " + " | ".join(map(str, row)) + " |" for row in [columns, *cells]]
    return [rows[0], "|---" + "|---:" * (len(columns) - 1) + "|", *rows[1:]]


def markdown(report):
    lines = [f"# {report['title']}", ""]
    host = report["machine"]
    lines.append(f"{host['cpu']}, {host['cores']} cores, {host['system']}, {host['date']}.")
    lines.append(", ".join(f"{name} {version}" for name, version in report["versions"].items()) + ".")
    for table in report["tables"]:
        lines += ["", f"## {table['title']}", ""]
        if "columns" in table:
            lines += plain_table(table["columns"], table["cells"])
            for note in table.get("notes", []):
                lines += ["", note]
            continue
        lines.append("| contender | median s | min – max s | peak MB | times Strata |")
        lines.append("|---|---:|---:|---:|---:|")
        ours = next((row["median_seconds"] for row in table["rows"] if row["name"].startswith("strata")), None)
        for row in table["rows"]:
            memory = f"{row['peak_megabytes']:.0f}" if row["peak_megabytes"] else ""
            ratio = f"{row['median_seconds'] / ours:.2f}" if ours else ""
            lines.append(
                f"| {row['name']} | {row['median_seconds']:.3f} | {row['minimum_seconds']:.3f} – "
                f"{row['maximum_seconds']:.3f} | {memory} | {ratio} |")
        for note in table.get("notes", []):
            lines += ["", note]
    return "\n".join(lines) + "\n"


def write(report, name, folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    text = markdown(report)
    (folder / f"{name}.md").write_text(text)
    print(text)
