"""GB/T 32960.3-2016 and -2025 as tables: bytes to frames and back, and the explainer."""
