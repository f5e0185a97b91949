"""A ZIP that is handed out while it is written, so that its size costs no memory."""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any


class Sink(io.RawIOBase):
    """Where an archive is written to that is handed out while it grows."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self._written += part
        return len(part)

    def take(self) -> bytes:
        """What was written since."""
        taken, self._written = bytes(self._written), bytearray()
        return taken


def stream_zip(files: Iterable[tuple[str, Callable[[], bytes]]]) -> Iterator[bytes]:
    """A ZIP of these files by their names, each read or made when its turn comes."""
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content())
            yield sink.take()
    yield sink.take()
