"""An ensemble of two toy models against a running stack: the second one is better, and Understudy finds it out.

    npm start -- --empty                       (in another terminal)
    PYTHONPATH=clients/python python3 clients/python/examples/ensemble.py

Every signal is answered by both models; the trade of the present champion is the one made with real money.
"""

import argparse
import json
import random
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

import boto3
from botocore.config import Config

from understudy_client import ChampionReader, Decision, Recorder

FIRST, SECOND = "steady", "clever"


def main() -> int:
    options = arguments()
    deploy(options.url, FIRST)
    deploy(options.url, SECOND)
    champion = ChampionReader(options.url)
    randomness = random.Random(options.seed)
    opened = datetime.now(timezone.utc) - timedelta(hours=options.signals)
    with tempfile.TemporaryDirectory() as directory, Recorder(
        options.table, queue_dir=directory, client=client(options.dynamodb)
    ) as recorder:
        for number in range(1, options.signals + 1):
            opened += timedelta(hours=1)
            recorder.record(f"toy-{number:05}", trades(randomness, opened, champion()))
            if number % 100 == 0:
                recorder.flush()
                print(f"{number} signals recorded, champion {champion()}", flush=True)
            if champion() == SECOND:
                break
        recorder.flush()
        promoted = wait_for(SECOND, champion, seconds=options.patience)
        print(recorder.stats())
    print(f"{SECOND} was promoted" if promoted else f"{champion()} is still champion")
    return 0 if promoted else 1


def trades(randomness: random.Random, opened: datetime, champion: str) -> "dict[str, Decision]":
    """Both trade the same market, so what moves it moves both; the second earns 25 more a trade."""
    market = randomness.gauss(0, 80)
    closed = opened + timedelta(minutes=40)

    def decision(model: str, edge: float) -> Decision:
        pnl = round(edge + market + randomness.gauss(0, 40), 2)
        return Decision(pnl=pnl, opened_at=opened, closed_at=closed, prediction=1, executed=model == champion)

    return {FIRST: decision(FIRST, 40), SECOND: decision(SECOND, 65)}


def wait_for(model: str, champion: ChampionReader, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while champion() != model and time.monotonic() < deadline:
        time.sleep(0.5)
    return champion() == model


def deploy(url: str, model: str) -> None:
    body = json.dumps({"model_name": model, "model_type": "toy"}).encode()
    request = urllib.request.Request(f"{url}/shadow/deploy", body, {"content-type": "application/json"})
    try:
        urllib.request.urlopen(request, timeout=10).close()
    except urllib.error.HTTPError as error:
        if error.code != 409:  # deployed before
            sys.exit(f"{model} was not deployed: {error.read().decode()}")


def client(endpoint: str) -> object:
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(connect_timeout=3, read_timeout=5),
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the API")
    parser.add_argument("--dynamodb", default="http://127.0.0.1:8001", help="the stack's DynamoDB")
    parser.add_argument("--table", default="understudy-local-trades")
    parser.add_argument("--signals", type=int, default=1200, help="at most so many")
    parser.add_argument("--patience", type=float, default=60, help="seconds to wait for the last look")
    parser.add_argument("--seed", default="toy")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
