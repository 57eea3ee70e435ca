"""Model fields of protected values: sealed in the database, masked wherever they are shown."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext
from prometheus_client import Counter

from voltward.records.protection import keys, masks, normal
from voltward.records.protection.ciphers import Unreadable, context, seal, unseal
from voltward.records.protection.provider import provider

UNREADABLE = Counter(
    "voltward_protected_unreadable_total", "Sealed values that did not open", ["column"]
)
FORM: Final = 1  # first byte of a stored value; then 16 bytes of key id, then what seal() gave
KEY_AT = slice(1, 17)

if TYPE_CHECKING:
    TextBase = models.Field["str | Protected | None", "Protected"]
    IndexBase = models.CharField[str, str]
else:
    TextBase = models.Field
    IndexBase = models.CharField


@dataclass(frozen=True)
class Plain:
    """A text that was set and is not sealed yet."""

    text: str


class Protected:
    """A protected value of one record. Shown, it is its mask; ``opened`` gives the plain text."""

    __slots__ = ("field", "record")

    def __init__(self, record: models.Model, field: ProtectedText) -> None:
        self.record, self.field = record, field

    @property
    def raw(self) -> bytes | Plain | None:
        value: bytes | Plain | None = self.record.__dict__[self.field.attname]
        return value

    def __bool__(self) -> bool:
        return self.raw is not None

    def __str__(self) -> str:
        if self.raw is None:
            return ""
        try:
            return self.field.mask(opened(self))
        except keys.Erased:
            return gettext("已删除")
        except Unreadable:
            return gettext("无法解密")

    def __repr__(self) -> str:
        return f"<Protected {self.field.name}>"


def opened(value: Protected) -> str:
    """The plain text; only for services that leave the read's audit row first.

    Raises:
        Unreadable: altered, moved here from another row, column or table, or its key is erased.
    """
    raw = value.raw
    if raw is None or isinstance(raw, Plain):
        return raw.text if raw else ""
    try:
        if len(raw) < 17 or raw[0] != FORM:
            raise Unreadable(f"{value.field.place}: {len(raw)} bytes that were not sealed here")
        key = keys.of(uuid.UUID(bytes=raw[KEY_AT]))
        return unseal(key.octets, raw[17:], place_of(value.field, value.record, key)).decode()
    except keys.Erased:
        raise
    except Unreadable as refusal:
        UNREADABLE.labels(value.field.place).inc()
        raise Unreadable(f"{value.field.place} of row {value.record.pk}: {refusal}") from refusal


def place_of(field: ProtectedText, record: models.Model, key: keys.Key) -> bytes:
    """Associated data: table, column, the row's own stable key, and the data key itself."""
    row: uuid.UUID = record.sealed_id  # type: ignore[attr-defined]  # of ProtectedRecord
    return context((field.model._meta.db_table, field.column or "", row.bytes, key.id.bytes))


class _Sealing(DeferredAttribute):
    """Keeps bytes, or a text that waits to be sealed, and shows neither."""

    field: ProtectedText

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        super().__get__(instance, owner)
        return Protected(instance, self.field)

    def __set__(self, instance: models.Model, value: Any) -> None:
        if isinstance(value, Protected):
            if value.field.name != self.field.name or value.record.pk != instance.pk:
                raise TypeError(f"{self.field.place}: a sealed value opens in its own row only")
            value = value.raw
        if isinstance(value, str):
            value = Plain(value.strip()) if value.strip() else None
            if self.field.index:
                setattr(instance, self.field.index, "")  # made anew when it is sealed
        elif isinstance(value, memoryview):
            value = bytes(value)
        instance.__dict__[self.field.attname] = value


class ProtectedText(TextBase):
    """A text that is sealed when saved. ``index``: the record's BlindIndex that finds it.

    Setting a str seals it at the next ``save()``; reading gives a ``Protected``. A str in an
    ``update()`` or ``filter()`` is a TypeError. Renaming the table or column needs a new sealing.
    """

    descriptor_class = _Sealing

    def __init__(
        self,
        *args: Any,
        mask: Callable[[str], str] = masks.whole,
        index: str = "",
        **kwargs: Any,
    ) -> None:
        self.mask, self.index = mask, index
        kwargs |= {"null": True, "blank": True, "editable": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Masks are no part of the table."""
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("null", "blank", "editable"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_prep_value(self, value: Any) -> Any:
        raw = value.raw if isinstance(value, Protected) else value
        if raw is None or isinstance(raw, bytes):
            return raw
        raise TypeError(f"{self.place}: plain text cannot be stored or searched; see protection/")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        raw = value if prepared else self.get_prep_value(value)
        return None if raw is None else connection.Database.Binary(raw)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: ARG002
        seal_pending(model_instance)
        return model_instance.__dict__[self.attname]

    def value_to_string(self, obj: models.Model) -> str:
        return str(Protected(obj, self))


class BlindIndex(IndexBase):
    """Finds a ProtectedText by its exact normalised value; tells equal values apart from others only.

    ``of``: the protected field's name; ``normalise``: how a value is written before it is digested.
    """

    def __init__(
        self,
        *args: Any,
        of: str = "",
        normalise: Callable[[str], str] = normal.text,
        **kwargs: Any,
    ) -> None:
        self.of, self.normalise = of, normalise
        kwargs |= {"max_length": 80, "blank": True, "default": "", "editable": False}
        kwargs["db_index"] = True
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "blank", "default", "editable", "db_index"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        seal_pending(model_instance)
        return super().pre_save(model_instance, add)

    def digest(self, text: str) -> str:
        return provider().blind(self.normalise(text).encode(), self._context) if text else ""

    def digests(self, text: str) -> Sequence[str]:
        normalised = self.normalise(text).encode()
        return provider().blind_all(normalised, self._context) if normalised else ()

    @property
    def _context(self) -> bytes:
        return context((self.model._meta.db_table, self.of))


class ProtectedRecord(models.Model):
    """A model with protected fields; ``sealed_id`` is what their ciphertexts are bound to."""

    sealed_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        named = kwargs.get("update_fields")
        if named is not None:
            indexes = {one.index for one in protected_fields(type(self)) if one.name in named}
            kwargs["update_fields"] = {*named, *indexes} - {""}
        super().save(*args, **kwargs)

    def protected_subject(self) -> str:
        """Whose key seals the record's fields, as an audit label."""
        raise NotImplementedError

    def protected_maker_id(self) -> int | None:
        raise NotImplementedError

    @classmethod
    def protected_all(cls) -> models.QuerySet[Any]:
        """Every row, joined with whatever ``protected_subject`` and ``_maker_id`` look at."""
        return cls._default_manager.all()

    @classmethod
    def protected_rows(cls, subject: str) -> models.QuerySet[Any]:
        """The rows that belong to ``subject``."""
        raise NotImplementedError


def protected_fields(model: type[models.Model]) -> list[ProtectedText]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ProtectedText)]


def seal_pending(record: models.Model) -> None:
    """Seal every text that was set since the record was read."""
    for field in protected_fields(type(record)):
        value = record.__dict__.get(field.attname)
        if isinstance(value, Plain):
            if not isinstance(record, ProtectedRecord):
                raise TypeError(f"{field.place}: only a ProtectedRecord can be sealed")
            key = keys.in_use(record.protected_maker_id(), record.protected_subject())
            sealed_under(record, field, value.text, key)


def sealed_under(record: models.Model, field: ProtectedText, text: str, key: keys.Key) -> None:
    """Put ``text`` sealed under ``key`` into the record, with its blind index; nothing is saved."""
    body = seal(key.algorithm, key.octets, text.encode(), place_of(field, record, key))
    record.__dict__[field.attname] = bytes([FORM]) + key.id.bytes + body
    if field.index:
        index = record._meta.get_field(field.index)
        if not isinstance(index, BlindIndex):
            raise TypeError(f"{field.place}: {field.index} is no BlindIndex")
        setattr(record, field.index, index.digest(text))


def candidates(model: type[models.Model], name: str, text: str) -> Sequence[str]:
    """What the blind index of field ``name`` holds where the value is ``text``: for ``__in``."""
    field = model._meta.get_field(name)
    if not isinstance(field, ProtectedText) or not field.index:
        raise TypeError(f"{model.__name__}.{name} has no blind index")
    index = model._meta.get_field(field.index)
    return index.digests(text) if isinstance(index, BlindIndex) else ()


def key_ids(records: Iterable[models.Model]) -> set[uuid.UUID]:
    """The data keys that the records' values were sealed with."""
    found = set()
    for record in records:
        for field in protected_fields(type(record)):
            raw = record.__dict__.get(field.attname)
            if isinstance(raw, bytes) and len(raw) > 17:
                found.add(uuid.UUID(bytes=raw[KEY_AT]))
    return found


def warmed(records: Sequence[Any]) -> Sequence[Any]:
    """The same records, with the keys of all of them read in one query."""
    keys.warm(key_ids(records))
    return records
