"""Draws the charts of docs/performance/notebook.md from the figures of a run."""

import io

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

# The same figures give the same file.
plt.rcParams.update({"svg.hashsalt": "chatter", "svg.fonttype": "none", "font.size": 9,
                     "axes.spines.top": False, "axes.spines.right": False})
_BLUE, _GREY, _RED = "#2b6cb0", "#718096", "#c53030"


def draw(results, directory):
    """Writes what the results have figures for."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, chart in (("ratios", _ratios), ("latency", _latency), ("growth", _growth)):
        figure = chart(results["rows"])
        if figure is None:
            (directory / f"{name}.svg").unlink(missing_ok=True)
            continue
        drawn = io.StringIO()
        figure.savefig(drawn, bbox_inches="tight", metadata={"Date": None})
        plt.close(figure)
        # Without the white space that matplotlib leaves at the ends of lines.
        lines = [line.rstrip() for line in drawn.getvalue().splitlines()]
        (directory / f"{name}.svg").write_text("\n".join(lines) + "\n", "utf-8")


def _ratios(rows):
    """How far each figure is from its baseline, and where it has to be: always the more the better."""
    rows = [row for row in rows if row.get("must") and row.get("ratio") and "growth" not in row]
    if not rows:
        return None

    def goodness(row, value):
        return value if row["better"] == "higher" else 1 / value

    figure, axes = plt.subplots(figsize=(8, 0.32 * len(rows) + 1))
    for place, row in enumerate(reversed(rows)):
        reached = goodness(row, row["ratio"]) >= goodness(row, row["must"])
        axes.barh(place, goodness(row, row["ratio"]), color=_BLUE if reached else _RED, height=0.6)
        axes.plot([goodness(row, row["must"])] * 2, [place - 0.4, place + 0.4], color="black", linewidth=1.5)
        if row.get("aim"):
            axes.plot([goodness(row, row["aim"])] * 2, [place - 0.4, place + 0.4], color="black", linewidth=1,
                      linestyle=":")
    axes.set_yticks(range(len(rows)), [row["name"] for row in reversed(rows)])
    axes.set_xscale("log")
    axes.set_xlabel("times the baseline (for latency and memory: the baseline over the figure); "
                    "black: must, dotted: aim")
    return figure


def _latency(rows):
    """Percentiles, quiet and loaded."""
    shown = {"quiet/p50": "quiet", "loaded/2/p50": "at half the maximum rate"}
    series = [(label, row["delivery"]) for row in rows if (label := shown.get(row["key"]))]
    if not series:
        return None
    figure, axes = plt.subplots(figsize=(6, 3))
    names = ("p50", "p90", "p99", "p999")
    for (label, delivery), colour in zip(series, (_BLUE, _GREY)):
        axes.plot(range(len(names)), [delivery[f"{name}_us"] / 1000 for name in names], marker="o", label=label,
                  color=colour)
    axes.set_xticks(range(len(names)), ("50 %", "90 %", "99 %", "99.9 %"))
    axes.set_yscale("log")
    axes.set_ylabel("ms from the scheduled send\nto delivery")
    axes.legend(frameon=False)
    return figure


def _growth(rows):
    """A panel for each figure: its value at each size over that at the smallest."""
    curves = {}
    for row in rows:
        if growth := row.get("growth"):
            curves.setdefault((growth["of"], growth["over"]), []).append((growth["size"], row["measured"]))
    if not curves:
        return None
    columns = 4
    lines = -(-len(curves) // columns)
    figure, panels = plt.subplots(lines, columns, figsize=(10, 2.3 * lines), squeeze=False)
    panels = panels.flatten()
    for axes, ((of, over), points) in zip(panels, curves.items()):
        axes.axhspan(1 / 1.2, 1.2, color="#e2e8f0")
        axes.plot([size for size, _ in points], [value / points[0][1] for _, value in points], marker="o", color=_BLUE)
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
        axes.set_title(of, fontsize=9)
        axes.set_xlabel(over)
    for axes in panels[len(curves):]:
        axes.set_visible(False)
    panels[0].set_ylabel("times the smallest")
    figure.tight_layout()
    return figure
