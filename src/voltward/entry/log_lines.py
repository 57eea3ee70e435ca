"""Log lines of the standard library: one record is one line, whatever a value holds (ASVS 5 16.4.1)."""

import json
import logging
from datetime import UTC, datetime


class JsonLine(logging.Formatter):
    """A JSON object: line ends, escapes and quotes of outside values cannot begin another record."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if record.exc_info:
            said["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            said["stack"] = self.formatStack(record.stack_info)
        return json.dumps(said, ensure_ascii=False).translate(_NEUTRAL)


# what JSON leaves as it is and some readers take for a line end or a command to the terminal
_NEUTRAL = {code: f"\\u{code:04x}" for code in (0x7F, *range(0x80, 0xA0), 0x2028, 0x2029)}
