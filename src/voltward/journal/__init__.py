"""The durable log: append, commit, read from a position, seal, expire.

One writer per stream (``writer``), readers in any process (``reader``), positions as durable names
(``position``). Recovery happens when a writer opens its stream.
"""
