"""数据单元加密密钥交换 (key exchange), command 0x0B of GB/T 32960.3-2025."""

from voltward.frames.grammar import U8, U16, Command, Edition, Moment, Octets, choice

KEY_EXCHANGE = Command(
    code=0x0B,
    edition=Edition.Y2025,
    name="key_exchange",
    source="GB/T 32960.3-2025 附录B 密钥交换",
    fields=(
        choice("key_type", U8, {2: "rsa", 3: "aes", 4: "sm2", 5: "sm4"}),
        Octets("key_hex", length=U16),
        Moment("valid_from"),
        Moment("valid_until"),
    ),
)
