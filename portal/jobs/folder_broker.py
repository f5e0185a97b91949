"""The broker of a machine without Redis: a folder of messages that no half-written or damaged file can stop.

Kombu's own folder transport writes a message under its final name, so that a worker may read half of it and die, as it
does of a damaged one. Here every file is written beside its place and moved there whole, and what cannot be read is
put aside. A lost message costs nothing but time: the sweep sends the job again from its row.
"""

import logging
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)

UNREADABLE = ".unreadable"
TAKEN = ".taken"


class Channel(filesystem.Channel):
    """Messages are files `<time>_<id>.<queue>.msg` of the folder `data_folder_in`."""

    @property
    def data_folder_in(self) -> str:
        """The folder of messages, which is there from now on."""
        folder = str(super().data_folder_in)
        Path(folder).mkdir(parents=True, exist_ok=True)
        return folder

    def _put(self, queue: str, payload: Any, **_kwargs: Any) -> None:  # type: ignore[override]  # kombu's own name
        name = f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message of the queue; damaged ones are put aside. Raises Empty."""
        folder = Path(self.data_folder_in)
        for name in sorted(path.name for path in folder.iterdir()):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f"{name}{TAKEN}"
            try:
                # Of two workers one succeeds in this; a message without tag or body is damaged too.
                (folder / name).rename(taken)
                payload = loads(taken.read_text(encoding="utf-8"))
                payload["properties"]["delivery_tag"], payload["body"]
            except FileNotFoundError:
                continue
            except (ValueError, LookupError, TypeError, OSError):
                logger.warning("The message %s cannot be read and is put aside.", name, exc_info=True)
                _put_aside(taken)
                continue
            taken.unlink(missing_ok=True)
            return payload
        raise Empty

    def get_table(self, exchange: str) -> list[Any]:
        """The queues bound to an exchange; none where the file is missing or damaged: binding writes it anew."""
        try:
            rows = loads(self._exchange_file(exchange).read_text(encoding="utf-8"))
            return [filesystem.exchange_queue_t(*row) for row in rows]
        except (OSError, ValueError, TypeError):
            return []

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        table = self.get_table(exchange)
        if bound not in table:
            _write_whole(self._exchange_file(exchange), dumps([bound, *table]))

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *_args: Any, **_kwargs: Any) -> None:
        self._purge(queue)
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        table = self.get_table(exchange)
        if bound in table:
            _write_whole(self._exchange_file(exchange), dumps([row for row in table if row != bound]))


class Transport(filesystem.Transport):
    """Kombu's transport of folders, with the channel above."""

    Channel = Channel


def _write_whole(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _put_aside(taken: Path) -> None:
    try:
        taken.rename(taken.with_name(taken.name.removesuffix(TAKEN) + UNREADABLE))
    except OSError:
        taken.unlink(missing_ok=True)
