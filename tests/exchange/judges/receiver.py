"""The other end: a FHIR server that takes our transactions in, asked over HTTP as any client would."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.exchange.judges.node import Resource
from tests.exchange.judges.walk import references


class Receiver:
    """A server at `address`."""

    def __init__(self, address: str) -> None:
        self.line = HTTPConnection(urlsplit(address).netloc, timeout=60)

    def ask(self, method: str, path: str, body: Resource | None = None) -> tuple[int, Any]:
        """Status and body of an answer."""
        text = json.dumps(body) if body else None
        self.line.request(method, path, text, {"content-type": "application/fhir+json"})
        answer = self.line.getresponse()
        return answer.status, json.loads(answer.read())

    def post(self, bundle: Resource) -> list[str]:
        """Send a transaction; returns the status of each entry."""
        status, answer = self.ask("POST", "/", bundle)
        assert status == 200, answer
        return [entry["response"]["status"] for entry in answer["entry"]]

    def count(self, kind: str) -> int:
        """How many resources of a type the server holds."""
        status, answer = self.ask("GET", f"/{kind}?_count=1&_total=accurate")
        assert status == 200, answer
        return int(answer["total"])

    def lost(self, resource: Resource) -> list[str]:
        """The references of a resource, as the server keeps it, that lead nowhere there."""
        status, kept = self.ask("GET", f"/{resource['resourceType']}/{resource['id']}")
        assert status == 200, kept
        told = [at.value for at in references(kept) if not at.value.startswith("#")]
        return [one for one in told if self.ask("GET", f"/{one}")[0] != 200]
