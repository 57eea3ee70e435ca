"""Starts every process of an installation, keeps them running and stops them in order."""
