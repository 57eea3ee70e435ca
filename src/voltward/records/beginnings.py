"""``field__begins``: text that begins with a word, so that an index can serve it behind the wall.

``LIKE`` might leak what it compares, so PostgreSQL asks the wall before it and reads all of a
maker's rows; ``starts_with`` is known not to leak (docs/decisions/009).
"""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Lookup, TextField


@CharField.register_lookup
@TextField.register_lookup
class Begins(Lookup):
    lookup_name = "begins"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"starts_with({left}, {right})", (*left_values, *right_values)
