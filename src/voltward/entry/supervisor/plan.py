"""Which processes an installation runs, in the order in which they start."""

from collections.abc import Iterator
from itertools import count

from voltward.base.settings import Settings
from voltward.entry.supervisor.child import Child

STORE, WORK, INTAKE, TRAFFIC = range(4)  # stages of stopping, the last first


def children(settings: Settings) -> list[Child]:
    """Store first, since all others ask it; the gateways last, when their frames can be taken.

    Frames would be safe without any of the others: the order only makes the first page quick.
    """
    metrics = _metrics_ports(settings.metrics_port)
    plan = []
    if not settings.store_url:
        plan.append(Child("store", ("store",), STORE, environment=next(metrics)))
    plan.append(Child("web", ("web",), WORK, environment=next(metrics)))
    plan.append(Child("office", ("office",), WORK, environment=next(metrics)))
    plan.append(Child("keeper", ("keeper",), WORK, environment=next(metrics)))
    plan.append(Child("processor", ("processor",), WORK, environment=next(metrics)))
    for number in range(settings.gateway_processes):
        arguments = ("gateway", "--number", str(number))
        plan.append(Child(f"gateway-{number}", arguments, INTAKE, environment=next(metrics)))
    if settings.demo:
        plan.append(Child("demo", ("simulate", "--demo"), TRAFFIC, environment=next(metrics)))
    return plan


def _metrics_ports(first: int) -> Iterator[dict[str, str]]:
    """The environment of each next process: its own Prometheus port, or 0 for a free one."""
    for number in count():
        yield {"VOLTWARD_METRICS_PORT": str(first + number if first else 0)}
