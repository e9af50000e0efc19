"""How the server writes its log: one JSON object a line on stderr; on a terminal, text for people."""

import logging
import sys

import structlog
from structlog.types import Processor

_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
]


def configure_logs() -> None:
    """Send everything, also what libraries say, through one form."""
    on_terminal = sys.stderr.isatty()
    renderer: Processor = structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.JSONRenderer()
    ending = [renderer] if on_terminal else [structlog.processors.format_exc_info, renderer]
    structlog.configure(
        processors=[*_SHARED, *ending],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(processors=[_drop_meta, *ending], foreign_pre_chain=_SHARED)
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").setLevel(logging.INFO)


_drop_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
