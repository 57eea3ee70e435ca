"""``voltward gateway``: sessions with vehicles and client platforms; needs no database."""

from pathlib import Path

from voltward.base.settings import Settings
from voltward.entry import places
from voltward.entry.processes.logs import begin_log
from voltward.gateway.config import DownlinkSource, GatewayConfig, KeySource, Limits, Tls
from voltward.gateway.server import run


def run_gateway(settings: Settings, journal: Path | None, number: int) -> None:
    """Serve until SIGTERM; ``journal`` None takes the data folder's.

    Raises:
        SystemExit: always; not 0 when a fault of the process ended it.
    """
    begin_log(settings.log_level)
    raise SystemExit(run(config(settings, journal, number)))


def config(settings: Settings, journal: Path | None, number: int) -> GatewayConfig:
    """The settings as the gateway takes them."""
    return GatewayConfig(
        journal=journal or places.journal_folder(settings),
        listen=settings.gateway,
        number=number,
        registry=places.registry_snapshot(settings),
        keys=KeySource(
            places.terminal_keys_file(settings),
            places.terminal_seal_key(settings),
            places.own_keys_folder(settings),
        ),
        downlink=DownlinkSource(places.downlink_file(settings), places.downlink_key(settings)),
        auto_register=settings.auto_register,
        own_wmi=tuple(code.strip() for code in settings.own_wmi.split(",") if code.strip()),
        answer_realtime=settings.answer_realtime,
        limits=Limits(
            login_deadline_s=settings.login_deadline_s,
            frame_deadline_s=settings.frame_deadline_s,
            idle_close_s=settings.idle_close_s,
            pre_login_bytes=settings.pre_login_bytes,
            buffered_bytes=settings.buffered_bytes,
        ),
        commit_every_ms=settings.commit_every_ms,
        commit_bytes=settings.commit_bytes,
        tls=_tls(settings),
        metrics_port=settings.metrics_port,
        segment_bytes=settings.segment_bytes,
        segment_age_s=settings.segment_age_s,
        reserve_pct=settings.reserve_pct,
    )


def _tls(settings: Settings) -> Tls | None:
    if not settings.tls_listen or settings.tls_certificate is None or settings.tls_key is None:
        return None
    return Tls(
        settings.tls_listen, settings.tls_certificate, settings.tls_key, settings.tls_client_ca
    )
