"""``voltward simulate demo-platform``: the demo's own public platform, until told to stop."""

from __future__ import annotations

import errno

from voltward.base.errors import BadSetting
from voltward.base.settings import Settings
from voltward.entry import places
from voltward.entry.demo_platform import EDITION, HOST, USER, demo_platform
from voltward.frames.grammar import Edition
from voltward.simulator.files import write_whole
from voltward.simulator.platform.platform import Platform, PlatformConfig
from voltward.simulator.platform.run import Listening, run


def run_demo_platform(settings: Settings) -> None:
    """Listen where it did last, so that its link stays as it is; elsewhere where that is taken.

    Raises:
        BadSetting: this is no demo, or one without a platform.
        OSError: the port of the settings is taken.
    """
    wanted = demo_platform(settings)
    if wanted is None:
        raise BadSetting("demo_platform: found none, expected VOLTWARD_DEMO=1 and a port")
    platform = Platform(PlatformConfig(edition=Edition(EDITION), accounts={USER: wanted.password}))
    closed = places.demo_platform_closed(settings)

    def listening(port: int) -> None:
        write_whole(places.demo_platform_port(settings), str(port))

    def serve(port: int) -> None:
        run(platform, Listening(HOST, port, closed=closed, on_port=listening), _silent)

    try:
        serve(wanted.port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE or settings.demo_platform:
            raise
        serve(0)


def _silent(_line: str) -> None:
    """Its figures are those of the link at its other end."""
