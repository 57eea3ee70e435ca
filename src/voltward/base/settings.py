"""Every setting of Voltward: name, type, unit, default, meaning.

Each is also an environment variable ``VOLTWARD_<NAME>``. Read once, in ``entry/``; passed
inwards as values. Secrets come from files. ``docs/settings.md`` lists them all.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

AnswerRealtime = Literal["always", "platform", "never"]
PasswordPolicy = Literal["asvs", "mlps"]
AuditHash = Literal["sha256", "sm3"]


class Settings(BaseSettings):
    """Values in force for one process."""

    model_config = SettingsConfigDict(env_prefix="VOLTWARD_", extra="forbid", frozen=True)

    data: Path = Field(Path(".voltward"), description="folder that holds everything")
    demo: bool = Field(False, description="demo login, demo vehicles and the replay button")
    demo_fleet: bool = Field(
        True, description="the demo's own vehicles send; false: only others do"
    )

    demo_platform: int = Field(
        0,
        ge=-1,
        le=65535,
        description="port on this machine of the demo's own public platform; 0: a free one; -1: none",
    )

    # gateway/
    gateway: str = Field("127.0.0.1:32960", description="vehicle port, HOST:PORT")
    gateway_processes: int = Field(
        1, ge=1, description="gateway processes on one port (SO_REUSEPORT)"
    )
    answer_realtime: AnswerRealtime = Field(
        "platform",
        description="which links get a success answer to 02/03 (GB/T 32960.3 clause 5, Annex B)",
    )
    auto_register: bool = Field(False, description="admit every VIN; for demo and tests only")
    own_wmi: str = Field(
        "",
        description="the maker's own WMI codes, comma separated: unknown VINs of these go to the unregistered pool",
    )
    login_deadline_s: float = Field(
        10.0, gt=0, description="seconds from connect to an accepted login"
    )
    frame_deadline_s: float = Field(
        10.0, gt=0, description="seconds from a frame's first byte to its last"
    )
    idle_close_s: float = Field(
        180.0, gt=0, description="seconds of silence before a session is closed"
    )
    pre_login_bytes: int = Field(
        16384, gt=0, description="bytes a link may send before its login is accepted"
    )
    buffered_bytes: int = Field(
        268435456, gt=0, description="bytes held for all links of a process before reading stops"
    )
    commit_every_ms: float = Field(20.0, gt=0, description="longest wait before a group commit, ms")
    commit_bytes: int = Field(1048576, gt=0, description="bytes that start a group commit at once")
    tls_listen: str = Field("", description="second vehicle port with TLS, HOST:PORT; empty: none")
    tls_certificate: Path | None = Field(None, description="PEM certificate chain of the TLS port")
    tls_key: Path | None = Field(None, description="PEM private key of the TLS port")
    tls_client_ca: Path | None = Field(
        None, description="PEM CA of vehicle certificates; set: mutual TLS"
    )

    # journal/
    segment_bytes: int = Field(268435456, gt=0, description="size at which a segment is sealed")
    segment_age_s: float = Field(
        3600.0, gt=0, description="age at which a segment is sealed, seconds"
    )
    journal_key_file: Path | None = Field(
        None, description="32-byte AES-256 key for sealed segments; unset: not encrypted"
    )
    journal_keep_days: float = Field(
        90.0, gt=0, description="days before a sealed, archived segment may expire"
    )
    reserve_pct: float = Field(
        5.0, ge=0, lt=100, description="share of the disk the journal leaves free, percent"
    )

    # telemetry/
    store_url: str = Field("", description="ClickHouse HTTP address; empty: the embedded store")
    store_token_file: Path | None = Field(
        None, description="file with the store's token or password; unset: DATA/secrets/store.token"
    )
    store_cluster: str = Field(
        "", description="ClickHouse cluster name; set: replicated and distributed tables"
    )
    store_memory_mb: int = Field(4096, gt=0, description="memory cap of the embedded store, MiB")
    ingest_rows: int = Field(50000, gt=0, description="most rows in one insert")
    ingest_wait_ms: float = Field(250.0, gt=0, description="longest wait before an insert, ms")

    # uplink/
    uplink_retry_s: float = Field(
        60.0,
        gt=0,
        description="what a minute of the platform link's retry schedule lasts, seconds: login 1 min x 3, then"
        " 30 min; resend of a frame 1 min x 3 (GB/T 32960.3 clause 5.2)",
    )
    downlink_retry_s: float = Field(
        60.0,
        gt=0,
        description="seconds before a command that a vehicle has not answered is sent again, 3 times at most"
        " (GB/T 32960.3 annex B: 1 min)",
    )

    # office
    web: str = Field("127.0.0.1:8960", description="web address, HOST:PORT")
    web_origin: str = Field(
        "", description="public origin of the pages, e.g. behind a proxy; empty: from web"
    )
    database_url: str = Field("", description="PostgreSQL address; empty: the embedded server")
    database_owner_url: str = Field(
        "", description="PostgreSQL address of the role that migrates; empty: database_url"
    )
    password_policy: PasswordPolicy = Field(
        "asvs",
        description="asvs: no composition rules, no rotation (ASVS 5 6.2.5, 6.2.10); mlps: three of four"
        " kinds of characters, changed regularly (GB/T 22239-2019 8.1.4.1 a)",
    )
    password_days: int = Field(
        90, gt=0, description="with password_policy mlps: days after which a password is changed"
    )
    password_words: str = Field(
        "", description="words of the company that no password may hold, comma separated"
    )
    breached_passwords: Path | None = Field(
        None,
        description="folder of breached password hashes, one file PREFIX.txt per five hexadecimal digits"
        " of SHA-1 (the format of Pwned Passwords); unset: not checked",
    )
    session_idle_min: float = Field(
        15.0,
        gt=0,
        description="minutes without a touch before a session ends or a duty seat locks"
        " (ASVS 5 7.3.1; GB/T 22239-2019 8.1.4.1 b)",
    )
    session_hours: float = Field(
        12.0, gt=0, description="hours after which every session ends, one shift (ASVS 5 7.3.2)"
    )
    stale_account_days: int = Field(
        90,
        gt=0,
        description="days without a login before an account is disabled (GB/T 22239-2019 8.1.4.2 c)",
    )
    oidc_issuer: str = Field(
        "", description="issuer of the company's sign-in (OpenID Connect); empty: none"
    )
    oidc_name: str = Field("SSO", description="what the button of the company's sign-in says")
    oidc_client_id: str = Field("", description="our client id at the issuer")
    oidc_client_secret_file: Path | None = Field(
        None, description="file with our client secret at the issuer"
    )
    oidc_login_claim: str = Field(
        "preferred_username", description="claim of the ID token that holds the login name here"
    )
    oidc_acr: str = Field(
        "",
        description="values of acr, comma separated, that stand for two factors; amr mfa always does",
    )
    audit_hash: AuditHash = Field("sha256", description="hash of new audit seals: sha256 or sm3")
    audit_checkpoint_s: float = Field(
        600.0, gt=0, le=3600, description="seconds between signed checkpoints of the audit trail"
    )
    audit_checkpoint_rows: int = Field(
        1000, gt=0, description="sealed audit rows after which a checkpoint is due at once"
    )
    audit_checkpoint_folder: Path | None = Field(
        None,
        description="second folder for checkpoints, e.g. another host's mount; unset: DATA/audit/checkpoints only",
    )
    protection_suite: Literal["aes", "sm"] = Field(
        "aes",
        description="ciphers of protected fields: aes (AES-256-GCM, SHA-256) or sm (SM4-GCM, SM3)",
    )
    attachment_scanner: str = Field(
        "", description="command that scans an attachment, e.g. clamdscan --no-summary; empty: none"
    )
    attachment_s3_bucket: str = Field(
        "", description="bucket of an S3-compatible store that keeps attachments; empty: DATA"
    )
    attachment_s3_endpoint: str = Field(
        "", description="address of that store, https://HOST:PORT; empty: AWS's own"
    )
    attachment_s3_region: str = Field(
        "us-east-1", description="region that requests are signed for"
    )
    attachment_s3_prefix: str = Field(
        "", description="folder inside the bucket, for buckets that others use too"
    )
    attachment_s3_access_key: str = Field("", description="name of our key at the store")
    attachment_s3_secret_file: Path | None = Field(
        None, description="file with the secret of our key at the store"
    )
    attachment_s3_ca: Path | None = Field(
        None,
        description="PEM certificates that the store's TLS is checked with; unset: the system's",
    )
    api_per_s: int = Field(100, gt=0, description="API requests a second allowed per token")
    import_bytes: int = Field(
        200 << 20, gt=0, description="largest file that may be uploaded, bytes"
    )
    import_unpacked_bytes: int = Field(
        1 << 30, gt=0, description="bytes a workbook may unpack to before reading stops"
    )
    import_cells: int = Field(
        12_000_000, gt=0, description="cells a table may span: rows times columns"
    )
    notice_hosts: str = Field(
        "qyapi.weixin.qq.com,oapi.dingtalk.com,open.feishu.cn",
        description="hosts that notices may be sent to, by TLS and at public addresses only, comma separated",
    )
    notice_private_hosts: str = Field(
        "",
        description="hosts inside the house that notices may be sent to, comma separated: mail server, SMS gateway",
    )
    watchdog: bool = Field(
        True,
        description="start the watchdog: a canary through every stage, and pages when one stops",
    )
    map_tiles: str = Field(
        "",
        description="raster tiles of the customer's licensed map, https://HOST/{z}/{x}/{y}.png; empty: the"
        " schematic outline in the package",
    )
    map_datum: Literal["wgs84", "gcj02"] = Field(
        "gcj02", description="datum of those tiles: gcj02 (maps licensed in China) or wgs84"
    )
    map_credit: str = Field(
        "", description="what the map must say of its source and approval number (审图号)"
    )
    screen_page_s: int = Field(
        60, ge=10, description="seconds a wall screen shows a page before it goes on to the next"
    )
    metrics_port: int = Field(
        0, ge=0, description="first Prometheus port; each process takes the next; 0: a free one"
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    @property
    def secrets(self) -> Path:
        """Folder of generated secrets; 0700."""
        return self.data / "secrets"

    @property
    def vehicle_key_file(self) -> Path:
        return self.secrets / "vehicle_id.key"
