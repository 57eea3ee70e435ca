"""What of a protected value is shown to whoever may not read it."""

STARS = "***"


def name(value: str) -> str:
    """``张**``: the length of the name is hidden too."""
    return f"{value[:1]}**" if len(value) > 1 else "**"


def phone(value: str) -> str:
    """``138****1234``; short numbers keep their last two digits."""
    if len(value) >= 11:
        return f"{value[:3]}****{value[-4:]}"
    return f"****{value[-2:]}" if len(value) > 4 else "****"


def plate(value: str) -> str:
    """``京A***5``"""
    return f"{value[:2]}{STARS}{value[-1:]}" if len(value) >= 6 else STARS


def email(value: str) -> str:
    """``z***@example.com``"""
    local, at, domain = value.rpartition("@")
    return f"{local[:1]}{STARS}@{domain}" if at and len(local) > 1 else STARS


def identity_number(value: str) -> str:
    """Region and check digit; the date of birth between them is hidden."""
    return f"{value[:3]}{'*' * 11}{value[-1:]}" if len(value) >= 15 else STARS


def address(value: str) -> str:
    """Province and town: the first six characters of a longer address."""
    return f"{value[:6]}****" if len(value) > 12 else "****"


def whole(_value: str) -> str:
    """Nothing of it."""
    return STARS
