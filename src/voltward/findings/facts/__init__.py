"""Data that detectors and the office share, each with its source and confidence."""
