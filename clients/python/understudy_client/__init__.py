"""What a trading ensemble needs of Understudy: write trades without ever being held up, and know who is champion."""

from .champion import ChampionReader, ChampionUnknown
from .readers import (
    BACKTRADER,
    FREQTRADE,
    METATRADER5,
    Mapping,
    UnreadableRow,
    trades_from_csv,
    trades_from_rows,
)
from .recorder import Recorder, Stats
from .trade import Decision, Trade

__all__ = [
    "BACKTRADER",
    "ChampionReader",
    "ChampionUnknown",
    "Decision",
    "FREQTRADE",
    "METATRADER5",
    "Mapping",
    "Recorder",
    "Stats",
    "Trade",
    "UnreadableRow",
    "trades_from_csv",
    "trades_from_rows",
]
