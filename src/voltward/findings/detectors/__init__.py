"""One file per risk; they do not import one another (docs/findings.md)."""
