"""docs/monitoring.md, from the registry: what is counted."""

from prometheus_client.metrics import MetricWrapperBase

from bot import telemetry
from bot.reference.tables import GENERATED, code, table

PAGE = """\
# What can be seen from outside

{generated}

`matinee doctor` looks once and says what to do; `--json` says it to a program: `well`, and of each of the `parts` its
`state` (`ok`, `warning` or `failed`) and `detail`. To be told by a machine, have Prometheus read `/metrics` (see
[http.md](http.md)):

```
scrape_configs:
  - job_name: matinee
    static_configs:
      - targets: ["127.0.0.1:8080"]
rule_files:
  - deploy/monitoring/alerts.yml
```

[alerts.yml](../deploy/monitoring/alerts.yml) says when to call somebody; each alert names its section of the
[runbook](runbook.md). [grafana.json](../deploy/monitoring/grafana.json) is a dashboard: in Grafana, *Dashboards* →
*New* → *Import*.

## Metrics

A counter is shown with `_total` at its end, a histogram as `_bucket`, `_sum` and `_count`. No label holds a person, a
chat or a text. What is looked up in the database is the same for every replica: take the largest, do not add.
({looked_up}.) All else is each process's own. Beside these stand Prometheus' own `process_…`: memory, processor, open
files.

{metrics}
"""

LOOKED_UP = (
    telemetry.inbox_waiting,
    telemetry.inbox_age,
    telemetry.owed,
    telemetry.owed_age,
    telemetry.quarantined,
    telemetry.digest_overdue,
    telemetry.unsealed_age,
    telemetry.seal_age,
)


def own() -> list[MetricWrapperBase]:
    """Every metric of the program, in the order in which it is written down."""
    return [each for each in vars(telemetry).values() if isinstance(each, MetricWrapperBase)]


def monitoring() -> str:
    rows = [
        [code(each._name), str(each._type), ", ".join(map(code, each._labelnames)) or "–", each._documentation]
        for each in own()
    ]
    names = ", ".join(code(each._name) for each in LOOKED_UP)
    metrics = table(["metric", "type", "labels", "meaning"], rows)
    return PAGE.format(generated=GENERATED, looked_up=names, metrics=metrics)
