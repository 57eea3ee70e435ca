"""What makes two sign-ins come from the same place and the same kind of device."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network

# a house's line gets another address of the same network now and then: that is no other place
PREFIXES = {4: 24, 6: 64}


def place_of(address: str | None) -> str:
    """The network an address lies in; empty where it is not known."""
    if not address:
        return ""
    found = ip_address(address)
    return str(ip_network((found, PREFIXES[found.version]), strict=False))


def device_of(user_agent: str) -> str:
    """What a browser says of itself without version numbers, which an update changes."""
    return " ".join(re.sub(r"[0-9]+(?:[._][0-9]+)*", "", user_agent).split())
