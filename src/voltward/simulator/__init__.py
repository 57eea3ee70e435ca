"""A fleet, terminals with manners, and recorded telemetry turned back into frames."""
