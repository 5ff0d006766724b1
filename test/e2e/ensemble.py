"""The ensemble's side of the contract with boto3: reads trades as JSON lines from stdin and puts each of them.

usage: python3 ensemble.py ENDPOINT TABLE
"""

import json
import sys
from decimal import Decimal

import boto3

endpoint, table_name = sys.argv[1:3]
table = boto3.resource(
    "dynamodb",
    endpoint_url=endpoint,
    region_name="us-east-1",
    aws_access_key_id="local",
    aws_secret_access_key="local",
).Table(table_name)

count = 0
for line in sys.stdin:
    table.put_item(Item=json.loads(line, parse_float=Decimal))
    count += 1
print(count)
