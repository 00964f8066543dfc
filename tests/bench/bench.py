"""How fast Chatter is, and how fast it could be. Started by scripts/bench, which see.

Prints a table; writes all figures to .local/bench/results.json, the table for Markdown and charts beside it.
"""

import argparse
import datetime
import json
import os
import signal
import subprocess
import sys

import charts
import report
from apart import apart
from budget import budget
from calls import authentication, calls
from growth import growth
from machine import LOCAL, ROOT, Chatterd, Failed, Postgres
from run import Bench
from sending import BARE_TABLES, fan_out, loaded, quiet, sends, snapshot
from streams import catch_up, idle, stalled

# In this order. The seconds that each takes: all of it, and with --quick.
WORKLOADS = {
    "sends": (sends, 75, 16),
    "fan-out": (fan_out, 95, 17),
    "quiet": (quiet, 38, 11),
    "loaded": (loaded, 42, 6),
    "snapshot": (snapshot, 147, 22),
    "idle": (idle, 25, 6),
    "catch-up": (catch_up, 45, 6),
    "stalled": (stalled, 48, 14),
    "calls": (calls, 60, 14),
    "authentication": (authentication, 22, 6),
    "budget": (budget, 40, 7),
    "apart": (apart, 82, 30),
    "growth": (growth, 420, 20),
}


def parse():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smaller sizes and shorter runs: under 2 minutes")
    parser.add_argument("--only", metavar="WORKLOAD,...", help=f"of {', '.join(WORKLOADS)}")
    parser.add_argument("--charts", action="store_true",
                        help="draws the charts in docs/charts anew; wants a whole run")
    arguments = parser.parse_args()
    names = arguments.only.split(",") if arguments.only else list(WORKLOADS)
    for name in names:
        if name not in WORKLOADS:
            parser.error(f"no such workload: {name} (there are {', '.join(WORKLOADS)})")
    if arguments.charts and (arguments.quick or arguments.only):
        parser.error("--charts wants a whole run: without --quick and --only")
    return arguments, [name for name in WORKLOADS if name in names]


def machine():
    with open("/proc/meminfo", encoding="utf-8") as file:
        kilobytes = int(file.readline().split()[1])
    return {"processors": os.cpu_count(), "memory_gib": round(kilobytes / 2**20),
            "load_before": os.getloadavg()[0]}


def commit():
    done = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True,
                          check=False)
    return done.stdout.strip() or None


def measure(arguments, names, about):
    """Runs the workloads; returns the whole run's Bench."""
    postgres = Postgres()
    progress = report.Progress(sum(WORKLOADS[name][2 if arguments.quick else 1] for name in names) + 5)
    bench = Bench(postgres, progress, arguments.quick)
    try:
        progress.step("PostgreSQL", 5)
        postgres.start()
        with Chatterd(postgres):  # makes the control schema
            pass
        postgres.run_sql(BARE_TABLES)
        for name in names:
            run, full, quick = WORKLOADS[name]
            progress.workload(quick if arguments.quick else full)
            try:
                run(bench)
            except (Failed, subprocess.TimeoutExpired) as error:
                bench.complaints.append(f"{name}: {error}")
            save(bench, about)
    finally:
        progress.end()
        postgres.destroy()
    return bench


def save(bench, about):
    results = {**about, "rows": bench.rows, "complaints": bench.complaints}
    (LOCAL / "results.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")


def draw(in_docs):
    """Charts beside the figures, and where the docs show them."""
    results = json.loads((LOCAL / "results.json").read_text("utf-8"))
    charts.draw(results, LOCAL)
    if in_docs:
        charts.draw(results, ROOT / "docs/charts")


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    arguments, names = parse()
    LOCAL.mkdir(parents=True, exist_ok=True)
    about = {"date": str(datetime.date.today()), "commit": commit(), "machine": machine(), "quick": arguments.quick,
             "workloads": names}
    try:
        bench = measure(arguments, names, about)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    draw(arguments.charts)
    print(f"{about['date']}, commit {about['commit']}, {about['machine']['processors']} processors, "
          f"{about['machine']['memory_gib']} GiB{', --quick' if arguments.quick else ''}\n")
    print(report.table(bench.rows))
    print("\nCPU µs: of server / PostgreSQL / load generator, for each message, delivery or call.")
    for complaint in bench.complaints:
        print(f"COMPLAINT: {complaint}")
    (LOCAL / "table.md").write_text(report.markdown(bench.rows) + "\n", "utf-8")
    print(f"All figures: {(LOCAL / 'results.json').relative_to(ROOT)}")
    return 1 if bench.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
