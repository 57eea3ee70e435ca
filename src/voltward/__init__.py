"""Voltward (伏卫): the safety system of a new-energy-vehicle maker."""

__version__ = "0.1.0"
