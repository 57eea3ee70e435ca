"""Commands to a vehicle for the walk through every page."""

from __future__ import annotations


def downlink(head, vin: str) -> None:  # type: ignore[no-untyped-def]
    from voltward.exchange.services.downlink import downlink_ask

    facts = {"vin": vin, "edition": 2016, "reason": "Seen on a round"}
    downlink_ask(head, kind="query", body={"ids": [2]}, **facts)
    downlink_ask(head, kind="set", body={"values": {"2": 10, "16": 1}}, **facts)
