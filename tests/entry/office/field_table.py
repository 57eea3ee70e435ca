"""The table of fields as the platform declares them: which role sees which field of which answer, and how."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from voltward.monitoring.texts import POSITION
from voltward.pages.lists.asking import available, key_of
from voltward.pages.lists.declaration import ListColumn
from voltward.pages.room import REGISTRY
from voltward.records.protection.fields import protected_fields
from voltward.records.rights_table import doors
from voltward.records.roles import INSTALLATION, OWN_ACCOUNT, ROLES, Role
from voltward.records.selectors.protection import protected_models

CLEAR, MASKED, REASON, ABSENT = "clear", "masked", "reason", "-"
SHOWN = [role for code, role in ROLES.items() if code != INSTALLATION]


class Holder:
    """Somebody with the grants of one role: all that asking for columns needs."""

    def __init__(self, role: Role) -> None:
        self.grants = role.grants | {OWN_ACCOUNT}
        self.maker = self.maker_id = None


def lines() -> list[str]:
    """``surface field: role=how ...``; roles that do not see the field at all are left out.

    clear: as it is; masked: covered, or coarse for a place; reason: covered, and shown to this role
    for a reason that the audit trail keeps.
    """
    return sorted({*_lists(), *_apis(), *_records()})


def _line(surface: str, field: str, how: dict[str, str]) -> str:
    seen = " ".join(f"{code}={what}" for code, what in sorted(how.items()) if what != ABSENT)
    return f"{surface} {field}: {seen or 'nobody'}"


def _lists() -> Iterator[str]:
    for of, declaration in sorted(REGISTRY.lists().items()):
        fields: dict[str, dict[str, str]] = {}
        for role in SHOWN:
            for column in available(declaration, Holder(role)):
                reads = declaration.needs in role.grants | {OWN_ACCOUNT}
                how = column_shown(column, role) if reads else ABSENT
                fields.setdefault(key_of(column), {})[role.code] = how
        yield from (_line(f"list {of}", field, how) for field, how in fields.items())


def column_shown(column: Any, role: Role) -> str:
    masked_by = column.masked_by if isinstance(column, ListColumn) else ""
    if not masked_by:
        return CLEAR
    return REASON if masked_by in role.grants else MASKED


def _apis() -> Iterator[str]:
    document = SchemaGenerator().get_schema(request=None, public=True)
    needs = {_plain(f"/{door.route}"): door.needs for door in doors()}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for field in sorted(fields_of(document, operation)):
                how = {role.code: _api(path, needs[path], field, role) for role in SHOWN}
                yield _line(f"{method.upper()} {path}", field, how)


def _plain(route: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)


def _api(path: str, needs: str, field: str, role: Role) -> str:
    if needs not in role.grants and needs != OWN_ACCOUNT:
        return ABSENT
    if field in POSITION:
        return REASON if "position.read" in role.grants else MASKED
    for declaration in REGISTRY.lists().values():
        if declaration.api and path == f"/api/{declaration.api}":
            column = declaration.column(field)
            return column_shown(column, role) if column is not None else CLEAR
    return CLEAR


def fields_of(document: Any, operation: Any) -> set[str]:
    """Names of all fields of an answer, with those of its rows."""
    found: set[str] = set()
    for answer in operation["responses"].values():
        for content in answer.get("content", {}).values():
            _walk(document, content["schema"], found)
    return found - {"count", "next", "previous", "results", "code", "detail", "number"}


def _walk(document: Any, schema: Any, found: set[str]) -> None:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        _walk(document, document["components"]["schemas"][name], found)
    for name, one in schema.get("properties", {}).items():
        found.add(name)
        _walk(document, one, found)
    if "items" in schema:
        _walk(document, schema["items"], found)


def _records() -> Iterator[str]:
    """Protected fields: their text is masked wherever it is written, the rest goes by a service."""
    for model in protected_models():
        for field in protected_fields(model):
            how = {role.code: REASON if "owner.read" in role.grants else MASKED for role in SHOWN}
            yield _line(f"record {model.__name__}", field.name, how)
