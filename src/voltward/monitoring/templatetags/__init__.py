"""Tags of the alarm centre."""
