"""Pages of monitoring/."""
