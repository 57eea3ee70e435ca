"""What is seen of vehicles: overview, the vehicle page's telemetry tabs, the explainer, the telemetry API."""
