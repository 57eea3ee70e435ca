"""What detectors say about rows as they arrive (docs/findings.md)."""
