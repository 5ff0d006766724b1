"""Trades from logs: rows of any source, CSV files, data frames, and the logs of three trading systems."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Callable, Iterable, Iterator, Mapping as Map, Optional, Union

from .trade import Decision, Trade

Row = Map[str, Any]
Pick = Union[str, Callable[[Row], Any]]


class UnreadableRow(ValueError):
    """A row that is no trade; says which and why."""


@dataclass(frozen=True)
class Mapping:
    """Where a trade's parts stand in a row: the name of a column, or a function of the row. None: nowhere.

    signal_id: what trades of different models have in common when they answered the same signal. Without it no two
    trades are a pair, and only pairs are strong evidence.
    """

    closed_at: Pick
    pnl: Pick
    model_name: Optional[Pick] = None
    signal_id: Optional[Pick] = None
    trade_id: Optional[Pick] = None
    opened_at: Optional[Pick] = None
    prediction: Optional[Pick] = None
    executed: Optional[Pick] = None
    symbol: Optional[Pick] = None
    keep: Callable[[Row], bool] = lambda row: True


def _number(row: Row, *names: str) -> float:
    return sum(float(row[name]) for name in names if row.get(name) not in (None, ""))


def _seconds(name: str) -> Callable[[Row], datetime]:
    return lambda row: datetime.fromtimestamp(float(row[name]), timezone.utc)


# freqtrade: rows of `freqtrade backtesting --export trades` and of the trades table; one strategy a file.
# A signal is the pair and the candle of the entry, which every strategy on the same timeframe shares.
FREQTRADE = Mapping(
    model_name="strategy",
    signal_id=lambda row: f"{row['pair']}@{row['open_date']}",
    opened_at="open_date",
    closed_at="close_date",
    pnl="profit_abs",
    prediction=lambda row: -1 if str(row.get("is_short", "")).lower() in ("true", "1") else 1,
    symbol="pair",
    keep=lambda row: row.get("close_date") not in (None, ""),
)

# MetaTrader 5: deals that close a position (entry 1), as history_deals_get returns them; one expert a magic number.
# pnl after commission, swap and fee of the closing deal. A signal is what the expert wrote into the comment.
METATRADER5 = Mapping(
    model_name=lambda row: f"magic-{row['magic']}",
    signal_id=lambda row: str(row.get("comment") or row["position_id"]),
    trade_id=lambda row: str(row["ticket"]),
    closed_at=_seconds("time"),
    pnl=lambda row: _number(row, "profit", "commission", "swap", "fee"),
    # A position that is closed by a sale (type 1) was long.
    prediction=lambda row: 1 if int(row["type"]) == 1 else -1,
    symbol="symbol",
    keep=lambda row: int(row.get("entry", 1)) == 1,
)

# backtrader: what notify_trade sees of a closed trade, written by the strategy as a row; times in UTC.
BACKTRADER = Mapping(
    model_name="strategy",
    signal_id=lambda row: f"{row['data']}@{row['dtopen']}",
    trade_id=lambda row: f"{row['data']}-{row['ref']}",
    opened_at="dtopen",
    closed_at="dtclose",
    pnl="pnlcomm",
    prediction=lambda row: 1 if str(row.get("long", "True")).lower() in ("true", "1") else -1,
    symbol="data",
)


def trades_from_rows(rows: Any, mapping: Mapping, *, model_name: Optional[str] = None) -> Iterator[Trade]:
    """Trades of rows: dictionaries, or a data frame (anything whose to_dict("records") gives dictionaries).

    model_name: whose trades they are, when the rows do not say.
    Raises UnreadableRow at the first row that is no trade."""
    records: Iterable[Row] = rows.to_dict("records") if hasattr(rows, "to_dict") else rows
    for number, row in enumerate(records, start=1):
        if not mapping.keep(row):
            continue
        try:
            yield _trade(row, mapping, model_name)
        except (KeyError, TypeError, ValueError) as error:
            why = f"no column {error}" if isinstance(error, KeyError) else str(error)
            raise UnreadableRow(f"row {number}: {why}") from error


def trades_from_csv(
    path: Union[str, "os.PathLike[str]"], mapping: Mapping, *, model_name: Optional[str] = None, delimiter: str = ","
) -> Iterator[Trade]:
    """Trades of a CSV file with a header."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        yield from trades_from_rows(csv.DictReader(file, delimiter=delimiter), mapping, model_name=model_name)


def _trade(row: Row, mapping: Mapping, model_name: Optional[str]) -> Trade:
    def pick(part: Optional[Pick]) -> Any:
        value = part(row) if callable(part) else None if part is None else row[part]
        return None if value in ("", None) else value

    name = model_name or pick(mapping.model_name)
    if not name:
        raise ValueError("whose trade is it? say model_name=")
    executed = pick(mapping.executed)
    trade_id = pick(mapping.trade_id)
    signal_id = pick(mapping.signal_id) or trade_id
    if not signal_id:
        raise ValueError("neither a signal_id nor a trade_id")
    return Trade(
        str(name),
        str(signal_id),
        Decision(
            pnl=float(pick(mapping.pnl)),
            closed_at=_utc(pick(mapping.closed_at)),
            opened_at=None if pick(mapping.opened_at) is None else _utc(pick(mapping.opened_at)),
            prediction=None if pick(mapping.prediction) is None else int(pick(mapping.prediction)),
            executed=None if executed is None else str(executed).lower() in ("true", "1", "yes"),
            symbol=None if pick(mapping.symbol) is None else str(pick(mapping.symbol)),
            trade_id=None if trade_id is None else str(trade_id),
        ),
    )


def _utc(value: Any) -> datetime:
    """Logs of trading systems are in UTC where they do not say otherwise."""
    time = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)
