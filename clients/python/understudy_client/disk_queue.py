"""Trades that wait to be written: a bounded queue on disk, so that neither a lost connection nor a restart loses one."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any, Iterable, List, Tuple, Union

from .trade import Item

Waiting = Tuple[int, Item]


class QueueFull(Exception):
    """As many trades wait as the queue was made for."""


class DiskQueue:
    """First in, first out. One process a directory; its threads may share it."""

    def __init__(self, directory: Union[str, "os.PathLike[str]"], most: int) -> None:
        path = Path(directory)
        path.mkdir(parents=True, exist_ok=True)
        self._most = most
        self._lock = threading.Lock()
        self._database = sqlite3.connect(str(path / "trades.sqlite"), check_same_thread=False, timeout=5)
        with self._lock, self._database:
            # A trade is safe against an end of the process at once; against a power cut after a moment.
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=NORMAL")
            self._database.execute("CREATE TABLE IF NOT EXISTS waiting (id INTEGER PRIMARY KEY AUTOINCREMENT, item TEXT)")
            self._database.execute("CREATE TABLE IF NOT EXISTS refused (id INTEGER PRIMARY KEY, item TEXT, reason TEXT)")
            # Counted once: a queue of 100,000 is not counted again with every trade.
            self._size = int(self._database.execute("SELECT COUNT(*) FROM waiting").fetchone()[0])

    def add(self, items: Iterable[Item]) -> None:
        """All of them or none.

        Raises QueueFull."""
        texts = [(json.dumps(item, default=_text_of),) for item in items]
        with self._lock, self._database:
            if self._size + len(texts) > self._most:
                raise QueueFull(f"{self._size} trades wait already")
            self._database.executemany("INSERT INTO waiting (item) VALUES (?)", texts)
            self._size += len(texts)

    def first(self, most: int) -> List[Waiting]:
        with self._lock:
            rows = self._database.execute("SELECT id, item FROM waiting ORDER BY id LIMIT ?", (most,)).fetchall()
        return [(row[0], json.loads(row[1], parse_float=Decimal)) for row in rows]

    def done(self, entry: Waiting) -> None:
        with self._lock, self._database:
            self._remove(entry[0])

    def refuse(self, entry: Waiting, reason: str) -> None:
        """The table will never take it: kept aside for a person, so that it holds up nobody."""
        number, item = entry
        with self._lock, self._database:
            self._database.execute(
                "INSERT OR REPLACE INTO refused VALUES (?, ?, ?)", (number, json.dumps(item, default=_text_of), reason)
            )
            self._remove(number)

    def refused(self) -> List[Tuple[Item, str]]:
        with self._lock:
            rows = self._database.execute("SELECT item, reason FROM refused ORDER BY id").fetchall()
        return [(json.loads(item, parse_float=Decimal), reason) for item, reason in rows]

    def __len__(self) -> int:
        with self._lock:
            return self._size

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def _remove(self, number: int) -> None:
        self._size -= self._database.execute("DELETE FROM waiting WHERE id = ?", (number,)).rowcount


def _text_of(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)  # made from a float's shortest text, so nothing is lost on the way back
    raise TypeError(f"{type(value).__name__} is no attribute of a trade")
