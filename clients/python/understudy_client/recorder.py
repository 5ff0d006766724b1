"""Recording trades: never in trading's way, and nothing lost that reached the disk."""

from __future__ import annotations

import logging
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Mapping, Optional, Union

import boto3
from boto3.dynamodb.types import TypeSerializer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from .disk_queue import DiskQueue, QueueFull, Waiting
from .trade import Decision, Item, Trade

log = logging.getLogger("understudy")

_BATCH = 200
_LANES = 4
_PAUSE_FIRST_S = 0.1
_PAUSE_MOST_S = 30.0
# The table takes such a trade never, however often it is sent.
_HOPELESS = {"ValidationException", "ItemCollectionSizeLimitExceededException"}


@dataclass(frozen=True)
class Stats:
    """written: taken by the table. repeated: it had them before. waiting: on disk. refused: kept aside, see
    Recorder.refused(). lost: the queue was full or the disk failed; each was logged."""

    written: int
    repeated: int
    waiting: int
    refused: int
    lost: int


class Recorder:
    """Writes trades in the background.

    record() puts them into a queue on disk and returns; a thread writes them to the trades table, in order per model,
    and tries again for as long as it takes. record() never raises because of the network, the table or the disk.

        with Recorder("understudy-main-prod-trades", queue_dir="/var/lib/ensemble/understudy") as recorder:
            recorder.record("EURUSD-2026-03-02T10:00", {
                "momentum-v1": Decision(pnl=12.5, closed_at=now, executed=True),
                "momentum-v2": Decision(pnl=9.75, closed_at=now),
            })
    """

    def __init__(
        self,
        table: str,
        *,
        queue_dir: Union[str, "os.PathLike[str]"],
        client: Optional[Any] = None,
        most_waiting: int = 100_000,
    ) -> None:
        """table: name or ARN. client: a boto3 DynamoDB client; left out, one from the environment's credentials."""
        self._table = table
        self._queue = DiskQueue(queue_dir, most_waiting)
        self._client = client if client is not None else boto3.client("dynamodb", config=_patient())
        self._serializer = TypeSerializer()
        self._written = 0
        self._repeated = 0
        self._lost = 0
        self._counts = threading.Lock()
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._idle = threading.Event()
        self._lanes = ThreadPoolExecutor(_LANES, thread_name_prefix="understudy")
        self._thread = threading.Thread(target=self._work, name="understudy", daemon=True)
        self._thread.start()

    def record(self, signal_id: str, decisions: Mapping[str, Decision]) -> bool:
        """The decisions of all models about one signal, also of those that abstained: a silent model counts against its
        evidence. False when they could not be kept; that was logged, and trading goes on.

        Raises ValueError for a datetime without a time zone: a mistake of the program, seen at its first run."""
        return self.record_trades(Trade(model, signal_id, decision) for model, decision in decisions.items())

    def record_trades(self, trades: Iterable[Trade]) -> bool:
        items = [trade.item() for trade in trades]
        try:
            self._queue.add(items)
        except QueueFull as full:
            return self._lose(items, str(full))
        except Exception as error:  # noqa: BLE001 - whatever the disk does, trading goes on
            return self._lose(items, f"the queue on disk fails: {error}")
        self._idle.clear()
        self._news.set()
        return True

    def flush(self, timeout: float = 30.0) -> bool:
        """Waits until everything is written. False when it was not within timeout seconds; it stays on disk."""
        deadline = time.monotonic() + timeout
        while len(self._queue) > 0 and time.monotonic() < deadline:
            self._news.set()
            self._idle.wait(min(0.05, max(0.0, deadline - time.monotonic())))
        return len(self._queue) == 0

    def close(self, timeout: float = 10.0) -> bool:
        """Writes what it can and ends. What is left stays on disk, for the next Recorder on the same directory."""
        all_written = self.flush(timeout)
        self._stopping.set()
        self._news.set()
        self._thread.join(timeout=15)
        self._lanes.shutdown(wait=True)
        self._queue.close()
        return all_written

    def stats(self) -> Stats:
        waiting, refused = len(self._queue), len(self._queue.refused())
        with self._counts:
            return Stats(self._written, self._repeated, waiting, refused, self._lost)

    def refused(self) -> "list[tuple[Item, str]]":
        """Trades the table will never take, with its reason: for a person."""
        return self._queue.refused()

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _lose(self, items: List[Item], why: str) -> bool:
        with self._counts:
            self._lost += len(items)
        ids = [f"{item['model_name']}/{item['trade_id']}" for item in items]
        log.error("%d trades are lost to Understudy, %s: %s", len(items), why, ", ".join(ids))
        return False

    def _work(self) -> None:
        pause = _PAUSE_FIRST_S
        while not self._stopping.is_set():
            try:
                batch = self._queue.first(_BATCH)
                if not batch:
                    self._idle.set()
                    self._news.wait(1.0)
                    self._news.clear()
                    continue
                moved = self._write(batch)
            except Exception:  # noqa: BLE001 - the thread must outlive every fault
                log.exception("writing trades failed; they stay in the queue")
                moved = False
            if moved:
                pause = _PAUSE_FIRST_S
                continue
            # Full jitter, so that several ensembles do not come back in step.
            self._stopping.wait(random.uniform(0, pause))
            pause = min(_PAUSE_MOST_S, 2 * pause)

    def _write(self, batch: List[Waiting]) -> bool:
        """A lane per model keeps its order. True when anything got out of the queue."""
        lanes: Dict[str, List[Waiting]] = {}
        for entry in batch:
            lanes.setdefault(entry[1]["model_name"], []).append(entry)
        return any(list(self._lanes.map(self._write_lane, lanes.values())))

    def _write_lane(self, lane: List[Waiting]) -> bool:
        moved = False
        for entry in lane:
            if not self._write_one(entry):
                return moved  # later trades of the model must not overtake this one
            moved = True
        return moved

    def _write_one(self, entry: Waiting) -> bool:
        item = entry[1]
        try:
            self._client.put_item(
                TableName=self._table,
                Item={name: self._serializer.serialize(value) for name, value in item.items()},
                # Trades never change: what is there under this id stays.
                ConditionExpression="attribute_not_exists(trade_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code == "ConditionalCheckFailedException":
                return self._had(entry, error.response.get("Item"))
            if code in _HOPELESS:
                message = error.response["Error"].get("Message", code)
                log.error("the table refuses %s/%s: %s", item["model_name"], item["trade_id"], message)
                self._queue.refuse(entry, message)
                return True
            log.warning("the trades table does not take trades just now: %s", code)
            return False
        except BotoCoreError as error:
            log.warning("the trades table is not reachable just now: %s", error)
            return False
        self._queue.done(entry)
        with self._counts:
            self._written += 1
        return True

    def _had(self, entry: Waiting, there: Optional[Item]) -> bool:
        """The same trade again, after a lost answer or a restart, is no news; another one under its id is a fault."""
        item = entry[1]
        same = there is None or there.get("pnl") == self._serializer.serialize(item["pnl"])
        if same:
            self._queue.done(entry)
        else:
            log.error("%s/%s exists with another pnl; the first one stays", item["model_name"], item["trade_id"])
            self._queue.refuse(entry, "a trade with this id exists with another pnl")
        with self._counts:
            self._repeated += 1
        return True


def _patient() -> Config:
    """The queue tries again, so a single call need not be patient; none may hang."""
    return Config(connect_timeout=3, read_timeout=5, retries={"max_attempts": 2, "mode": "standard"})
