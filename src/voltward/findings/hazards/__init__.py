"""Models C.1 to C.12 of GB/T 45688-2025 as plain functions, without memory or clock (docs/hazards.md)."""
