"""What was sent and waits for its answer.

Answers carry no serial number (GB/T 32960.3 clause 6.3.2): the same command, unique id and time
name the frame, the oldest first. An answer without a time names the oldest of its command and id.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from voltward.uplink.items import Item


class Flight:
    """In the order of sending; a frame that is sent again goes to the end."""

    def __init__(self) -> None:
        self._in_order: OrderedDict[Item, None] = OrderedDict()
        self._named: dict[bytes, list[Item]] = {}
        self._newest_answered_s = -1e18  # when the newest frame that has an answer was sent

    def __len__(self) -> int:
        return len(self._in_order)

    def items(self) -> list[Item]:
        return list(self._in_order)

    def add(self, item: Item) -> None:
        self._in_order[item] = None
        self._named.setdefault(item.name, []).append(item)

    def again(self, item: Item) -> None:
        self._in_order.move_to_end(item)

    def answered(self, name: bytes, time: bytes) -> Item | None:
        """The frame that an answer names, taken out; None: it names none of ours."""
        same = self._named.get(name)
        if same is None:
            return None
        for place, item in enumerate(same):
            if not time or item.time == time:
                del same[place]
                if not same:
                    del self._named[name]
                del self._in_order[item]
                self._newest_answered_s = max(self._newest_answered_s, item.sent_s)
                return item
        return None

    def give_up(self, item: Item) -> None:
        same = self._named[item.name]
        same.remove(item)
        if not same:
            del self._named[item.name]
        del self._in_order[item]

    def overdue(self, before_s: float, is_silent: bool) -> Iterator[Item]:
        """Frames sent before ``before_s`` whose answer will hardly come any more.

        A slow platform works in order: while it answers older frames, younger ones are not overdue.
        """
        for item in list(self._in_order):
            if item.sent_s > before_s:
                return
            if is_silent or self.was_passed(item):
                yield item

    def was_passed(self, item: Item) -> bool:
        """A frame that was sent later has its answer: the platform lives, and said nothing of this."""
        return self._newest_answered_s > item.sent_s

    def clear(self) -> list[Item]:
        """All of them, in order of sending."""
        items = list(self._in_order)
        self._in_order.clear()
        self._named.clear()
        self._newest_answered_s = -1e18
        return items
