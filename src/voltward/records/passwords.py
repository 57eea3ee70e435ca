"""Which passwords are refused (ASVS 5 6.2, GB/T 22239-2019 8.1.4.1 a), and how one is made."""

from __future__ import annotations

import hashlib
import re
import secrets
from pathlib import Path
from typing import Protocol

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from voltward.base.vin import check_digit_is_right
from voltward.records.models import Person
from voltward.records.sign_in_rules import rules

LONGEST = 256
PREFIX_DIGITS = 5
SHORTEST_WORD = 4  # shorter logins and words stand in too many good passwords
OWN_WORDS = ("voltward", "伏卫")
_KINDS = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
_VIN = re.compile(r"(?=([A-HJ-NPR-Z0-9]{17}))", re.IGNORECASE)


class Breached(Protocol):
    """Passwords that leaked somewhere, known by the SHA-1 of each."""

    def holds(self, digest: str) -> bool:
        """``digest``: 40 hexadecimal digits, capital letters."""
        ...


class PrefixFiles:
    """A folder of files named by the first digits of the hash: no network, one small read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def holds(self, digest: str) -> bool:
        """
        Raises:
            OSError: the folder cannot be read; then no password is taken on trust.
        """
        if not self._folder.is_dir():
            raise FileNotFoundError(self._folder)
        path = self._folder / f"{digest[:PREFIX_DIGITS]}.txt"
        if not path.is_file():
            return False
        rest = digest[PREFIX_DIGITS:]
        with path.open(encoding="ascii", errors="replace") as lines:
            return any(line.partition(":")[0].strip().upper() == rest for line in lines)


class PolicyValidator:
    """What Django's own validators leave out; the switch decides about kinds of characters."""

    def validate(self, password: str, user: Person | None = None) -> None:
        """
        Raises:
            ValidationError: ``code`` says which rule refuses.
        """
        if len(password) > LONGEST:
            raise ValidationError(_("密码过长。"), code="too_long")
        lowered = password.lower()
        if any(word in lowered for word in _words(user)):
            raise ValidationError(
                _("密码不得包含登录名、企业名称或产品名称。"), code="company_word"
            )
        if any(check_digit_is_right(run.upper()) for run in _VIN.findall(password)):
            raise ValidationError(_("密码不得包含车辆识别代号。"), code="vin")
        if sum(bool(re.search(kind, password)) for kind in _KINDS) < rules().kinds:
            raise ValidationError(
                _("密码须含大写字母、小写字母、数字、其他字符中的至少三种。"), code="kinds"
            )
        if is_breached(password):
            raise ValidationError(_("此密码已在公开泄露的密码中出现。"), code="breached")

    def get_help_text(self) -> str:
        return _("不得包含登录名、企业名称、产品名称或车辆识别代号。")


def is_breached(password: str, source: Breached | None = None) -> bool:
    """Whether the password leaked; False where no list is kept."""
    folder = rules().breached
    if source is None and folder is None:
        return False
    known = source or PrefixFiles(folder or Path())
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    return known.holds(digest)


def generated(person: Person) -> str:
    """A password that the rules accept, for somebody who then chooses another."""
    while True:
        password = secrets.token_urlsafe(15)
        try:
            validate_password(password, person)
        except ValidationError:
            continue
        return password


def _words(person: Person | None) -> list[str]:
    words = [*OWN_WORDS, *rules().words]
    if person is not None:
        words.append(person.login)
        words += [person.maker.name] if person.maker else []
    return [word.lower() for word in words if len(word) >= SHORTEST_WORD or not word.isascii()]
