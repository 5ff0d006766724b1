"""Logs of other systems become trades."""

import tempfile
import unittest
from datetime import datetime, timezone
from pathlib import Path

from understudy_client import (
    BACKTRADER,
    FREQTRADE,
    METATRADER5,
    Mapping,
    UnreadableRow,
    trades_from_csv,
    trades_from_rows,
)


class ReadersTest(unittest.TestCase):
    def test_reads_freqtrade_s_trades_and_leaves_open_ones_out(self) -> None:
        rows = [
            {
                "pair": "BTC/USDT",
                "open_date": "2026-03-02 10:00:00+00:00",
                "close_date": "2026-03-02 11:30:00+00:00",
                "profit_abs": 12.5,
                "is_short": True,
            },
            {"pair": "BTC/USDT", "open_date": "2026-03-02 12:00:00+00:00", "close_date": None, "profit_abs": 0},
        ]
        (trade,) = trades_from_rows(rows, FREQTRADE, model_name="momentum")
        self.assertEqual(trade.model_name, "momentum")
        self.assertEqual(trade.signal_id, "BTC/USDT@2026-03-02 10:00:00+00:00")
        self.assertEqual(trade.item()["closed_at"], "2026-03-02T11:30:00.000Z")
        self.assertEqual(trade.decision.prediction, -1)

    def test_reads_metatrader_s_closing_deals_with_their_costs(self) -> None:
        deal = {
            "ticket": 7,
            "position_id": 5,
            "time": 1772445600,
            "type": 1,
            "entry": 1,
            "magic": 42,
            "symbol": "EURUSD",
            "profit": 10.0,
            "commission": -0.5,
            "swap": -0.25,
            "fee": 0,
            "comment": "sig-9",
        }
        (trade,) = trades_from_rows([deal, {**deal, "entry": 0}], METATRADER5)
        self.assertEqual((trade.model_name, trade.signal_id, trade.trade_id), ("magic-42", "sig-9", "7"))
        self.assertEqual(trade.decision.pnl, 9.25)
        self.assertEqual(trade.decision.prediction, 1)
        self.assertEqual(trade.decision.closed_at, datetime(2026, 3, 2, 10, tzinfo=timezone.utc))

    def test_reads_backtrader_rows_from_a_csv_file(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "log.csv"
            path.write_text(
                "strategy,data,ref,dtopen,dtclose,pnlcomm,long\n"
                "breakout,ES,1,2026-03-02T10:00:00,2026-03-02T15:00:00,-3.5,False\n"
            )
            (trade,) = trades_from_csv(path, BACKTRADER)
        self.assertEqual((trade.model_name, trade.trade_id), ("breakout", "ES-1"))
        self.assertEqual(trade.item()["opened_at"], "2026-03-02T10:00:00.000Z")
        self.assertEqual(trade.decision.prediction, -1)

    def test_takes_a_data_frame_by_its_records(self) -> None:
        class Frame:
            def to_dict(self, orient: str) -> list:
                self.orient = orient
                return [{"id": "t1", "m": "a", "exit": "2026-03-02T10:00:00Z", "profit": "1.5"}]

        mapping = Mapping(closed_at="exit", pnl="profit", model_name="m", trade_id="id")
        (trade,) = trades_from_rows(Frame(), mapping)
        self.assertEqual((trade.signal_id, trade.decision.pnl), ("t1", 1.5))

    def test_says_which_row_is_no_trade_and_why(self) -> None:
        mapping = Mapping(closed_at="exit", pnl="profit", model_name="m", trade_id="id")
        good = {"id": "t1", "m": "a", "exit": "2026-03-02T10:00:00Z", "profit": "1"}
        for bad, why in (({"profit": "x"}, "could not convert"), ({"exit": "noon"}, "noon"), ({"m": ""}, "whose trade")):
            with self.assertRaisesRegex(UnreadableRow, f"row 2: .*{why}"):
                list(trades_from_rows([good, {**good, **bad}], mapping))
        with self.assertRaisesRegex(UnreadableRow, "no column 'profit'"):
            list(trades_from_rows([{"id": "t1", "m": "a"}], mapping))


if __name__ == "__main__":
    unittest.main()
