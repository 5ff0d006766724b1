"""Who trades real money."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
import urllib.error
import urllib.request
from typing import Callable, Dict, Optional
from urllib.parse import urlparse

log = logging.getLogger("understudy")

_GATEWAY = re.compile(r"\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$")


class ChampionUnknown(Exception):
    """Nothing was ever read: there is no last known champion to go on with."""


class ChampionReader:
    """Asks the API who the champion is, and remembers.

    A deployed API is asked with the AWS credentials of the environment, a local one without.

        champion = ChampionReader("https://abc.execute-api.eu-central-1.amazonaws.com")
        if champion() == "momentum-v2": ...
    """

    def __init__(
        self,
        url: str,
        *,
        fresh_for: float = 1.0,
        timeout: float = 2.0,
        first_timeout: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """fresh_for: seconds during which a champion is not asked for again. timeout: seconds a question may take;
        first_timeout: while no champion is known, when there is nobody to go on with and a function may start cold."""
        self._url = url.rstrip("/") + "/shadow/allocation"
        self._fresh_for = fresh_for
        self._timeout = timeout
        self._first_timeout = first_timeout
        self._clock = clock
        self._lock = threading.Lock()
        self._champion: Optional[str] = None
        self._asked_at = float("-inf")
        self._read_at = float("-inf")

    def __call__(self) -> str:
        """The champion; while the API does not answer, the last one known.

        Raises ChampionUnknown when it never answered."""
        with self._lock:
            if self._clock() - self._asked_at >= self._fresh_for:
                self._asked_at = self._clock()
                self._ask()
            if self._champion is None:
                raise ChampionUnknown(f"{self._url} never said who is champion")
            return self._champion

    @property
    def age(self) -> float:
        """Seconds since the API said so; infinite when it never did."""
        return self._clock() - self._read_at

    def _ask(self) -> None:
        timeout = self._first_timeout if self._champion is None else self._timeout
        try:
            request = urllib.request.Request(self._url, headers=_signed(self._url))
            with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 - the caller's address
                self._champion = str(json.load(answer)["data"]["champion"])
            self._read_at = self._clock()
        except Exception as error:  # noqa: BLE001 - trading goes on with the champion it knows
            log.warning("the champion could not be read, %s goes on: %s", self._champion or "nobody", error)


def _signed(url: str) -> Dict[str, str]:
    region = _GATEWAY.search(urlparse(url).hostname or "")
    if region is None:
        return {}
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.session import get_session

    request = AWSRequest("GET", url)
    SigV4Auth(get_session().get_credentials(), "execute-api", region.group(1)).add_auth(request)
    return dict(request.headers.items())
