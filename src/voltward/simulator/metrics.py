"""What a running simulation tells Prometheus."""

from prometheus_client import CollectorRegistry, Gauge, start_http_server

from voltward.simulator.demo import FireStatus
from voltward.simulator.driver import FleetStatus

_FIRE_STATES = ("waiting", "past", "ready", "burning", "done", "failed")


class SimulatorMetrics:
    """Gauges of one process, served on loopback; ``port`` 0 takes a free one."""

    def __init__(self, port: int) -> None:
        registry = CollectorRegistry()
        self._cars = Gauge("voltward_simulator_cars", "Simulated cars", registry=registry)
        self._online = Gauge("voltward_simulator_online", "Cars logged in", registry=registry)
        self._sent = Gauge("voltward_simulator_frames_sent", "Reports sent", registry=registry)
        self._waiting = Gauge(
            "voltward_simulator_frames_waiting", "Reports kept for a link", registry=registry
        )
        self._refused = Gauge(
            "voltward_simulator_logins_refused", "Logins answered with no", registry=registry
        )
        self._fire = Gauge(
            "voltward_simulator_fire_state",
            "1 for what the demo's fire is doing",
            ["state"],
            registry=registry,
        )
        self._server, self._thread = start_http_server(port, "127.0.0.1", registry)

    @property
    def port(self) -> int:
        return int(self._server.server_port)

    def set(self, fleet: FleetStatus, fire: FireStatus | None) -> None:
        self._cars.set(fleet.cars)
        self._online.set(fleet.online)
        self._sent.set(fleet.sent)
        self._waiting.set(fleet.waiting)
        self._refused.set(fleet.logins_refused)
        for state in _FIRE_STATES:
            self._fire.labels(state).set(fire is not None and fire.state == state)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
