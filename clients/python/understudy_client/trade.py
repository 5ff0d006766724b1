"""A trade as the trades table takes it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Dict, Optional, Union

Time = Union[str, datetime]
Item = Dict[str, Any]


@dataclass(frozen=True)
class Decision:
    """What one model did with a signal.

    pnl: account currency, after fees. 0 with prediction 0 for a model that abstained.
    closed_at: when the trade closed; a datetime needs a time zone.
    prediction: 1 long, -1 short, 0 abstained.
    executed: True for the trade that was made with real money.
    trade_id: unique per model; left out, the signal's id.
    final: False when more fills of this model on this signal will follow.
    """

    pnl: float
    closed_at: Time
    opened_at: Optional[Time] = None
    prediction: Optional[int] = None
    actual_outcome: Optional[int] = None
    confidence: Optional[float] = None
    executed: Optional[bool] = None
    symbol: Optional[str] = None
    trade_id: Optional[str] = None
    final: Optional[bool] = None


@dataclass(frozen=True)
class Trade:
    """A model's decision about a signal."""

    model_name: str
    signal_id: str
    decision: Decision

    @property
    def trade_id(self) -> str:
        return self.decision.trade_id or self.signal_id

    def item(self) -> Item:
        """Attributes as the table's contract names them; what is not said is left out."""
        said = {
            "model_name": self.model_name,
            "trade_id": self.trade_id,
            "signal_id": self.signal_id,
            "pnl": number(self.decision.pnl),
            "closed_at": iso(self.decision.closed_at),
            "opened_at": None if self.decision.opened_at is None else iso(self.decision.opened_at),
            "prediction": self.decision.prediction,
            "actual_outcome": self.decision.actual_outcome,
            "confidence": None if self.decision.confidence is None else number(self.decision.confidence),
            "executed": self.decision.executed,
            "symbol": self.decision.symbol,
            "final": self.decision.final,
        }
        return {name: value for name, value in said.items() if value is not None}


def number(value: float) -> Union[Decimal, str]:
    """DynamoDB takes no NaN and no infinity. As text such a trade still arrives, and is put into quarantine with its
    reason; dropped here, nobody would ever know that the ensemble computes nonsense."""
    as_float = float(value)
    return Decimal(repr(as_float)) if math.isfinite(as_float) else str(value)


def iso(time: Time) -> str:
    if isinstance(time, str):
        return time
    if time.tzinfo is None:
        raise ValueError(f"{time!r} has no time zone: whose ten o'clock is it?")
    return time.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
