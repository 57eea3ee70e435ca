"""平台登入 and 平台登出 (platform login and logout), 0x05 and 0x06 of GB/T 32960.3-2025."""

from voltward.frames.grammar import U8, U16, Command, Edition, Moment, Text, choice, number

PLATFORM_LOGIN = Command(
    code=0x05,
    edition=Edition.Y2025,
    name="platform_login",
    source="GB/T 32960.3-2025 第7章 平台登入",
    fields=(
        Moment("time"),
        number("sequence", U16, lowest=1.0, highest=65_531.0, codes=False),
        Text("user", octets=12),
        Text("password", octets=20),
        choice("encryption", U8, {1: "none", 2: "rsa", 3: "aes", 4: "sm2", 5: "sm4"}),
    ),
)

PLATFORM_LOGOUT = Command(
    code=0x06,
    edition=Edition.Y2025,
    name="platform_logout",
    source="GB/T 32960.3-2025 第7章 平台登出",
    fields=(
        Moment("time"),
        # That of the login.
        number("sequence", U16, lowest=1.0, highest=65_531.0, codes=False),
    ),
)
