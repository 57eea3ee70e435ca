"""签名信息 (signature block) of GB/T 32960.3-2025: algorithm, R and S, each with its length."""

from voltward.frames.grammar import U8, U16, Octets, choice

# The marker in front of the block at the end of a report; no information type has this code.
SIGNATURE_MARKER = 0xFF

SIGNATURE_FIELDS = (
    choice("algorithm", U8, {1: "sm2", 2: "rsa", 3: "ecc"}),
    Octets("r_hex", length=U16),
    Octets("s_hex", length=U16),
)
