"""One run of the benchmark: what its workloads share."""

import re
import statistics

from machine import ROOT, Failed

TEXT_BYTES = 100  # of a message


class Bench:
    """One run: what the workloads share."""

    def __init__(self, postgres, progress, quick):
        self.postgres = postgres
        self.progress = progress
        self.quick = quick
        self.rows = []
        self.complaints = []
        self.facts = {}  # of one workload, for another

    def pick(self, full, quick):
        return quick if self.quick else full

    def step(self, text, seconds):
        self.progress.step(text, seconds)

    def add(self, key, name, measured, unit, better="higher", baseline=None, **more):
        """Adds a row. `must` and `aim` are bounds of measured / baseline, from below or, if lower is better, above."""
        ratio = measured / baseline if measured is not None and baseline else None
        self.rows.append({"key": key, "name": name, "measured": measured, "unit": unit, "better": better,
                          "baseline": baseline, "ratio": ratio, **more})

    def check(self, what, run):
        """Nothing may be lost, come twice or fail."""
        for flaw in ("failed", "gaps", "missing"):
            if count := max(run.result.get(flaw, 0), run.result.get("total", {}).get(flaw, 0)):
                self.complaints.append(f"{what}: {flaw}: {count}")
        return run


def timing(seconds):
    """Options of the load generator."""
    return ["--warm-up", min(1.0, seconds / 4), "--seconds", seconds]


def per_second(run, count):
    return run.result[count] / run.result["seconds"]


def median(runs, value):
    return statistics.median(map(value, runs))


def median_cpu(runs, count):
    """Microseconds of each process for each of what `count(run)` counts."""
    each = [run.cpu_per(count(run)) for run in runs]
    return {name: statistics.median(cpu[name] for cpu in each) for name in each[0]}


def store_sql(name, schema, *values, without=()):
    """A statement of the store, ready for a script: `values` for $1, $2 ..., and without some look-ups of rooms."""
    def text_of(file):
        (path,) = (ROOT / "server").glob(f"*/sql/**/{file}.sql")
        lines = path.read_text("utf-8").splitlines()
        text = "\n".join(line for line in lines if not line.startswith("--")).strip()
        return re.sub(r"\{\{(\w+)\}\}", lambda piece: text_of(piece.group(1)), text)

    def value_of(parameter):
        place = int(parameter.group(1))
        if place > len(values):
            raise Failed(f"{name}.sql has a parameter that the benchmark doesn't know: ${place}")
        return values[place - 1]

    text = text_of(name)
    for look_up in without:
        text = re.sub(r"/\*%s\{\*/.*?/\*\}\*/" % look_up, "", text, flags=re.DOTALL)
    return re.sub(r"\$(\d+)", value_of, text.replace("{schema}", schema)) + ";\n"
