"""What is shown while the benchmark runs, and the table at its end."""

import shutil
import sys
import threading
import time


class Progress:
    """A bar on a terminal; elsewhere a line for each step. Knows beforehand how long each step should take."""

    def __init__(self, total_seconds):
        self._total = total_seconds
        self._done = 0.0
        self._next = 5.0  # PostgreSQL's start; where the next workload begins
        self._step = ""
        self._step_seconds = 0.0
        self._began = self._step_began = time.monotonic()
        self._tty = sys.stderr.isatty()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._redraw, daemon=True)
        if self._tty:
            self._thread.start()

    def workload(self, seconds):
        """A workload begins, which should take so long in all."""
        self._done, self._step_seconds = self._next, 0.0
        self._next += seconds

    def step(self, text, seconds):
        """The step before is over, and this one begins."""
        self._done += self._step_seconds
        self._step, self._step_seconds, self._step_began = text, seconds, time.monotonic()
        if not self._tty:
            print(f"{time.monotonic() - self._began:6.0f} s  {text}", file=sys.stderr, flush=True)

    def end(self):
        self._ended.set()
        if self._tty:
            self._thread.join()
            sys.stderr.write("\r\033[K")

    def _redraw(self):
        while not self._ended.wait(0.2):
            within = min(time.monotonic() - self._step_began, self._step_seconds)
            share = min(self._done + within, self._next) / self._total
            width = 30
            bar = "#" * int(share * width)
            line = f"[{bar:-<{width}}] {share:4.0%} {time.monotonic() - self._began:4.0f} s  {self._step}"
            sys.stderr.write("\r\033[K" + line[:shutil.get_terminal_size().columns - 1])
            sys.stderr.flush()


def amount(value, unit=""):
    """A number for people."""
    if value is None:
        return "-"
    if abs(value) >= 1000:
        text = f"{value:,.0f}"
    elif abs(value) >= 100:
        text = f"{value:.0f}"
    else:
        text = f"{value:.3g}"
    return f"{text} {unit}".strip()


def times(value):
    return "-" if value is None else f"{value:.2f} x"


def _bound(row, key):
    bound = row.get(key)
    if bound is None:
        return "-"
    return f"{'at least' if row['better'] == 'higher' else 'at most'} {bound:.2g} x"


def _cpu(row, key="cpu"):
    cpu = row.get(key) or {}
    parts = [amount(cpu[name]) if cpu.get(name) is not None else "-" for name in ("server", "postgresql", "generator")]
    return " / ".join(parts) if cpu else "-"


COLUMNS = ("workload", "measured", "baseline", "ratio", "must", "aim", "verdict", "CPU µs", "baseline's CPU µs")


def verdict(row):
    """What the ratio is worth."""
    def reached(bound):
        return row["ratio"] >= bound if row["better"] == "higher" else row["ratio"] <= bound

    if row.get("must") is None or row.get("ratio") is None:
        return "-"
    if row.get("aim") is not None and reached(row["aim"]):
        return "aim"
    return "yes" if reached(row["must"]) else "NO"


def cells(row):
    return (row["name"], amount(row["measured"], row["unit"]), f"{amount(row['baseline'], row['unit'])}",
            times(row["ratio"]), _bound(row, "must"), _bound(row, "aim"), verdict(row), _cpu(row),
            _cpu(row, "baseline_cpu"))


def table(rows):
    """Plain text, in columns."""
    lines = [COLUMNS, *map(cells, rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
    return "\n".join("  ".join(f"{cell:{width}}" for cell, width in zip(line, widths)).rstrip() for line in lines)


def markdown(rows):
    """The same for docs/performance/notebook.md."""
    lines = [COLUMNS, tuple("---" for _ in COLUMNS), *map(cells, rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
