"""Which processes an installation runs, in the order in which they start."""

import socket
from contextlib import ExitStack

from voltward.base.settings import Settings
from voltward.entry.supervisor.child import Child

STORE, WORK, INTAKE, TRAFFIC = range(4)  # stages of stopping, the last first
CAN_WAIT_S = 20.0


def children(settings: Settings) -> list[Child]:
    """Store first, since all others ask it; the gateways last, when their frames can be taken.

    Frames would be safe without any of the others: the order only makes the first page quick.
    """
    plan = []
    if not settings.store_url:
        plan.append(Child("store", ("store",), STORE))
    plan.append(Child("web", ("web",), WORK))
    plan.append(Child("office", ("office",), WORK))
    plan.append(Child("keeper", ("keeper",), WORK, can_wait_s=CAN_WAIT_S))
    plan.append(Child("processor", ("processor",), WORK))
    plan.append(Child("uplink", ("uplink",), WORK))
    for number in range(settings.gateway_processes):
        plan.append(Child(f"gateway-{number}", ("gateway", "--number", str(number)), INTAKE))
    if settings.watchdog:
        # the first to go: what stops in order is no outage
        plan.append(Child("watchdog", ("watchdog",), TRAFFIC))
    if settings.demo and settings.demo_fleet:
        plan.append(Child("demo", ("simulate", "--demo"), TRAFFIC, can_wait_s=CAN_WAIT_S))
    if settings.demo and settings.demo_platform >= 0:
        # with the store it outlives the uplink, which so logs out in order
        command = ("simulate", "demo-platform")
        plan.append(Child("demo-platform", command, STORE, can_wait_s=CAN_WAIT_S))
    for child, port in zip(plan, _metrics_ports(settings.metrics_port, len(plan)), strict=True):
        child.metrics_port = port
        child.environment["VOLTWARD_METRICS_PORT"] = str(port)
    return plan


# Served beside pages and queries, on the process's own address; watchdog and demo have no figures.
OWN_ADDRESS = ("store", "web", "watchdog", "demo", "demo-platform")


def metrics_ports(plan: list[Child]) -> dict[str, int]:
    """Process name to the loopback port of its Prometheus figures."""
    return {child.name: child.metrics_port for child in plan if child.name not in OWN_ADDRESS}


def _metrics_ports(first: int, count: int) -> list[int]:
    """From ``first`` upwards; 0 takes free ones, which stay the same over restarts of a child."""
    if first:
        return list(range(first, first + count))
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
