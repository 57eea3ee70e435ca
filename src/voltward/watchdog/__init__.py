"""The dead-man's switch: a canary through the whole platform, and a page when a stage stops moving."""
