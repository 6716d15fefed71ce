"""What watches the bot speaks of what there is: metrics that are counted, sections that say what to do."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import telemetry
from bot.reference.metrics import LOOKED_UP, own

ROOT = Path(__file__).parent.parent
ALERTS = ROOT / "deploy" / "monitoring" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "monitoring" / "grafana.json"
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
MONITORING = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
NAME = re.compile(r"\b(?:matinee|process)_[a-z_]+\b")
RANGE = re.compile(r"\b(\w+)(?:\{[^}]*\})?\[")
"""A name whose values over time are taken together."""

rules: list[dict[str, Any]] = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"][0]["rules"]
panels: list[dict[str, Any]] = json.loads(DASHBOARD.read_text("utf-8"))["panels"]


def exposed() -> set[str]:
    """The names under which Prometheus knows what the registry holds."""
    return {f"{family.name}{suffix}" for family in telemetry.registry.collect() for suffix in SUFFIXES[family.type]}


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules)
    yield from (target["expr"] for panel in panels for target in panel.get("targets", ()))


def labels() -> dict[str, set[str]]:
    """The labels of each exposed name, those that Prometheus adds included."""
    return {
        f"{each._name}{suffix}": {*each._labelnames, "instance", "job"} | ({"le"} if suffix == "_bucket" else set())
        for each in own()
        for suffix in SUFFIXES[each._type]
    }


def sections() -> set[str]:
    """The anchors of the runbook, as a page of Markdown makes them."""
    return {re.sub(r"[^\w-]", "", head.lower().replace(" ", "-")) for head in re.findall(r"(?m)^##+ (.+)$", RUNBOOK)}


def test_the_page_lists_every_metric_and_nothing_else() -> None:
    listed = re.findall(r"^\| `(matinee_\w+)` \|", MONITORING, re.MULTILINE)

    assert sorted(listed) == sorted(
        family.name for family in telemetry.registry.collect() if not family.name.startswith("process_")
    )


@pytest.mark.parametrize("expression", list(expressions()))
def test_an_expression_speaks_of_metrics_and_labels_that_are_there(expression: str) -> None:
    names = NAME.findall(expression)

    assert names or "up{" in expression
    assert set(names) <= exposed()
    for name, chosen in re.findall(r"(matinee_\w+)\{([^}]*)\}", expression):
        assert set(re.findall(r"(\w+)[=!]", chosen)) <= labels()[name]
    known = set().union(*(labels()[name] for name in names if name in labels())) or {"instance", "job"}
    assert {each for by in re.findall(r"by \(([^)]*)\)", expression) for each in re.split(r",\s*", by)} <= known


@pytest.mark.parametrize("expression", list(expressions()))
def test_counters_are_seen_as_rates_and_gauges_as_they_are(expression: str) -> None:
    """The rate of a gauge, or the height of a counter, says nothing."""
    over_time = set(RANGE.findall(expression))

    for name in NAME.findall(expression):
        assert (name in over_time) == name.endswith(("_total", "_bucket", "_sum", "_count")), name


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {name for panel in panels for target in panel.get("targets", ()) for name in NAME.findall(target["expr"])}

    assert [each._name for each in own() if not any(each._name + end in shown for end in SUFFIXES[each._type])] == []


@pytest.mark.parametrize("rule", rules, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_where_its_section_is(rule: dict[str, Any]) -> None:
    page, _, anchor = rule["annotations"]["runbook"].partition("#")

    assert (page, anchor) == ("docs/runbook.md", rule["alert"].lower())
    assert anchor in sections()
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"]["summary"]


def test_every_section_of_the_runbook_is_reached_and_leads_on() -> None:
    assert sections() == {rule["alert"].lower() for rule in rules}
    assert set(re.findall(r"\(#([\w-]+)\)", RUNBOOK)) <= sections()


def test_what_the_runbook_has_one_look_at_is_there() -> None:
    assert {f"matinee_{name}" for name in re.findall(r"`matinee_(\w+)", RUNBOOK)} <= exposed() | {
        each._name for each in own()
    }


def test_panels_do_not_lie_on_each_other() -> None:
    places = [panel["gridPos"] for panel in panels]
    cells = [
        (x, y) for at in places for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])
    ]

    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_promtool_takes_the_rules_where_it_is() -> None:
    """Parsing alone is what is checked where Prometheus is not installed."""
    promtool = shutil.which("promtool")
    if promtool:
        done = subprocess.run([promtool, "check", "rules", ALERTS], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert all(set(rule) <= {"alert", "expr", "for", "labels", "annotations"} for rule in rules)


def test_what_is_looked_up_in_the_database_is_named_as_such() -> None:
    for each in LOOKED_UP:
        assert f"`{each._name}`" in MONITORING.partition("is the same for every replica")[2].partition("All else")[0]
