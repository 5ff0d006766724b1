"""The champion's name: cached, and known on while the API is away."""

import json
import logging
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from understudy_client import ChampionReader, ChampionUnknown


class Api:
    """Answers like GET /shadow/allocation."""

    def __init__(self) -> None:
        self.champion = "a"
        self.status = 200
        self.asked = 0
        self.slow = 0.0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802 - the library's name
                outer.asked += 1
                time.sleep(outer.slow)
                body = json.dumps({"status": "success", "data": {"champion": outer.champion}}).encode()
                self.send_response(outer.status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class ChampionTest(unittest.TestCase):
    def setUp(self) -> None:
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)
        self.api = Api()
        self.addCleanup(self.api.stop)
        self.now = 0.0
        self.champion = ChampionReader(self.api.url, fresh_for=1.0, clock=lambda: self.now)

    def test_asks_once_while_the_answer_is_fresh(self) -> None:
        self.assertEqual([self.champion(), self.champion()], ["a", "a"])
        self.assertEqual(self.api.asked, 1)
        self.api.champion = "b"
        self.now = 1.5
        self.assertEqual(self.champion(), "b")

    def test_goes_on_with_the_last_known_one_and_says_how_old_that_is(self) -> None:
        self.champion()
        self.api.status = 500
        self.now = 60.0
        self.assertEqual(self.champion(), "a")
        self.assertEqual(self.champion.age, 60.0)

    def test_says_so_when_nobody_ever_answered(self) -> None:
        self.api.status = 500
        with self.assertRaises(ChampionUnknown):
            self.champion()

    def test_waits_longer_while_there_is_nobody_to_go_on_with(self) -> None:
        champion = ChampionReader(self.api.url, timeout=0.1, clock=lambda: self.now)
        self.api.slow = 0.4
        self.assertEqual(champion(), "a")
        self.api.champion = "b"
        self.now = 60.0
        self.assertEqual(champion(), "a")


if __name__ == "__main__":
    unittest.main()
