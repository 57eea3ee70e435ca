"""What a decoded data unit is made of: raw values by field name, as they were sent.

A raw value is the integer of an integer field (codes and values out of range included), the
bytes of a text, of octets or of a moment, a list of either, a record of a repeated group, or an
item. So writing it back gives the same bytes; ``values`` says what a raw value means.
"""

from dataclasses import dataclass, field
from typing import TypeAlias

from voltward.frames.grammar import Field, InfoType

Raw: TypeAlias = "int | bytes | list[Raw] | dict[str, Raw] | Item | None"
Record: TypeAlias = dict[str, Raw]


# Not frozen: the worst report has 32,762 of them, and freezing triples the cost of each.
@dataclass(slots=True)
class Item:
    """One information item of a report. ``code`` is its type byte (for custom types 0x80-0xFE).

    ``rest`` are bytes behind the known fields of a body that carries its own length.
    """

    kind: InfoType
    code: int
    values: Record
    rest: bytes = b""

    @property
    def name(self) -> str:
        return self.kind.name


@dataclass(frozen=True, slots=True)
class Body:
    """A data unit as read: the fields up to the first that could not be read, then ``rest``.

    ``fields`` is None where the unit is opaque: encrypted, or of a command by agreement.
    """

    fields: tuple[Field, ...] | None
    values: Record = field(default_factory=dict)
    rest: bytes = b""

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of a report that could be read."""
        items = self.values.get("items")
        return (
            tuple(item for item in items if isinstance(item, Item))
            if isinstance(items, list)
            else ()
        )
