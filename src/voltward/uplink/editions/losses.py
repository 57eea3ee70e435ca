"""What a frame says that the platform's edition has no words for, gathered while it is made anew."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Losses:
    """``names``: information type and field (``motors.dc_bus_current_a``), or the type alone."""

    names: dict[str, None] = field(default_factory=dict)
    thermal_as_3: bool = False

    def add(self, name: str) -> None:
        self.names[name] = None
