"""The telemetry API."""
