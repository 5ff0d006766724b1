"""The recorder against tables that fail in every way."""

import logging
import tempfile
import threading
import time
import unittest
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Callable, Dict, List

from botocore.exceptions import ClientError, EndpointConnectionError

from understudy_client import Decision, Recorder

NOON = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)


class FakeTable:
    """put_item as DynamoDB does it; a fault is asked for before each call."""

    def __init__(self, fault: Callable[[int], Any] = lambda call: None) -> None:
        self.items: Dict[Any, Dict[str, Any]] = {}
        self.order: List[Any] = []
        self.calls = 0
        self._fault = fault
        self._lock = threading.Lock()

    def put_item(self, **request: Any) -> None:
        with self._lock:
            self.calls += 1
            fault = self._fault(self.calls)
            if fault is not None:
                raise fault
            item = request["Item"]
            key = (item["model_name"]["S"], item["trade_id"]["S"])
            if key in self.items:
                raise refusal("ConditionalCheckFailedException", Item=self.items[key])
            self.items[key] = item
            self.order.append(key)


def refusal(code: str, **more: Any) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}, **more}, "PutItem")  # type: ignore[arg-type]


def decisions(pnl: float = 1.5, models: int = 2) -> Dict[str, Decision]:
    return {f"m{i}": Decision(pnl=pnl, closed_at=NOON, prediction=1, executed=i == 0) for i in range(models)}


class RecorderTest(unittest.TestCase):
    def setUp(self) -> None:
        logging.disable(logging.CRITICAL)
        self._directory = tempfile.TemporaryDirectory()
        self.addCleanup(self._directory.cleanup)
        self.addCleanup(logging.disable, logging.NOTSET)

    def recorder(self, table: FakeTable, **options: Any) -> Recorder:
        return Recorder("trades", queue_dir=self._directory.name, client=table, **options)

    def test_writes_every_model_s_decision_with_the_contract_s_attributes(self) -> None:
        table = FakeTable()
        with self.recorder(table) as recorder:
            self.assertTrue(recorder.record("s-1", decisions(pnl=0.1)))
            self.assertTrue(recorder.flush())
        item = table.items[("m0", "s-1")]
        self.assertEqual(item["pnl"], {"N": "0.1"})
        self.assertEqual(item["signal_id"], {"S": "s-1"})
        self.assertEqual(item["closed_at"], {"S": "2026-03-02T12:00:00.000Z"})
        self.assertEqual(item["executed"], {"BOOL": True})
        self.assertNotIn("symbol", item)

    def test_returns_at_once_while_the_table_hangs(self) -> None:
        release = threading.Event()
        self.addCleanup(release.set)
        recorder = self.recorder(FakeTable(lambda call: None if release.wait(20) else None))
        start = time.monotonic()
        for i in range(50):
            recorder.record(f"s-{i}", decisions())
        self.assertLess(time.monotonic() - start, 5)
        self.assertEqual(recorder.stats().waiting, 100)
        release.set()
        self.assertTrue(recorder.close(timeout=20))

    def test_tries_again_through_throttling_and_lost_connections_and_keeps_each_model_s_order(self) -> None:
        def fault(call: int) -> Any:
            if call % 3 == 0:
                return refusal("ProvisionedThroughputExceededException")
            return EndpointConnectionError(endpoint_url="x") if call % 7 == 0 else None

        table = FakeTable(fault)
        with self.recorder(table) as recorder:
            for i in range(30):
                recorder.record(f"s-{i:02}", decisions())
            self.assertTrue(recorder.flush(60))
        for model in ("m0", "m1"):
            ids = [key[1] for key in table.order if key[0] == model]
            self.assertEqual(ids, [f"s-{i:02}" for i in range(30)])

    def test_goes_on_after_a_restart_with_what_was_waiting(self) -> None:
        away = self.recorder(FakeTable(lambda call: EndpointConnectionError(endpoint_url="x")))
        away.record("s-1", decisions(pnl=0.1))
        self.assertFalse(away.close(timeout=0.2))
        table = FakeTable()
        with self.recorder(table) as recorder:
            self.assertTrue(recorder.flush())
        self.assertEqual(table.items[("m1", "s-1")]["pnl"], {"N": "0.1"})

    def test_takes_the_same_trade_again_for_no_news_and_another_under_its_id_for_a_fault(self) -> None:
        table = FakeTable()
        with self.recorder(table) as recorder:
            recorder.record("s-1", decisions(pnl=2, models=1))
            recorder.record("s-1", decisions(pnl=2, models=1))
            recorder.record("s-1", decisions(pnl=3, models=1))
            self.assertTrue(recorder.flush())
            stats = recorder.stats()
            self.assertEqual((stats.written, stats.repeated, stats.refused), (1, 2, 1))
            self.assertEqual(recorder.refused()[0][0]["pnl"], Decimal("3.0"))
        self.assertEqual(table.items[("m0", "s-1")]["pnl"], {"N": "2.0"})

    def test_keeps_aside_what_the_table_never_takes_and_is_not_held_up_by_it(self) -> None:
        table = FakeTable(lambda call: refusal("ValidationException") if call == 1 else None)
        with self.recorder(table) as recorder:
            recorder.record("bad", decisions(models=1))
            recorder.record("good", decisions(models=1))
            self.assertTrue(recorder.flush())
            self.assertEqual(recorder.refused()[0][1], "ValidationException")
        self.assertIn(("m0", "good"), table.items)

    def test_says_that_a_full_queue_loses_a_signal_and_never_raises(self) -> None:
        recorder = self.recorder(FakeTable(lambda call: refusal("InternalServerError")), most_waiting=3)
        self.assertTrue(recorder.record("s-1", decisions()))
        self.assertFalse(recorder.record("s-2", decisions()))
        self.assertEqual(recorder.stats().lost, 2)
        recorder.close(timeout=0)

    def test_sends_a_pnl_that_is_no_number_as_text_so_that_it_is_quarantined_instead_of_missing(self) -> None:
        table = FakeTable()
        with self.recorder(table) as recorder:
            recorder.record("s-1", decisions(pnl=float("nan"), models=1))
            self.assertTrue(recorder.flush())
        self.assertEqual(table.items[("m0", "s-1")]["pnl"], {"S": "nan"})

    def test_refuses_a_time_without_a_zone_at_once(self) -> None:
        with self.recorder(FakeTable()) as recorder:
            with self.assertRaisesRegex(ValueError, "time zone"):
                recorder.record("s-1", {"m": Decision(pnl=1, closed_at=datetime(2026, 3, 2))})


if __name__ == "__main__":
    unittest.main()
