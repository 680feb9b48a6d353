"""Our own judge of the three shapes an export comes in: what a receiver counts on before it reads a resource."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.exchange.judges.node import Issue, Resource
from tests.exchange.judges.walk import references

MOST = 50
"""Entries that every server takes in one transaction."""


def resources(*bundles: Resource) -> list[Resource]:
    """What bundles hold, in order."""
    return [entry["resource"] for bundle in bundles for entry in bundle["entry"]]


def lines(folder: Path) -> dict[str, list[Resource]]:
    """The resources of each NDJSON file of a folder, by the file's name."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.ndjson"))}
    return {name: [json.loads(line) for line in text.splitlines()] for name, text in texts.items()}


def fault(where: str, said: str) -> Issue:
    return Issue("ours", where, said)


def of_collection(bundle: Resource) -> Iterator[Issue]:
    """A collection names each resource by urn:uuid, and refers by it."""
    if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "collection":
        yield fault("Bundle", "no collection")
    yield from _unnamed(bundle)
    for resource in resources(bundle):
        for at in references(resource):
            if not at.value.startswith(("urn:uuid:", "#")):
                yield fault(f"{resource['resourceType']} {at.path}", f"no urn:uuid: {at.value}")


def _unnamed(bundle: Resource) -> Iterator[Issue]:
    for entry in bundle["entry"]:
        if entry.get("fullUrl") != f"urn:uuid:{entry['resource']['id']}":
            yield fault(f"Bundle {entry.get('fullUrl')}", "fullUrl is not the urn:uuid of the resource")


def of_transactions(bundles: list[Resource]) -> Iterator[Issue]:
    """Transactions put each resource in its place, are small, and none refers to a later one."""
    there: set[str] = set()
    for bundle in bundles:
        if bundle.get("type") != "transaction":
            yield fault("Bundle", "no transaction")
        if not 0 < len(bundle["entry"]) <= MOST:
            yield fault("Bundle", f"{len(bundle['entry'])} entries in one transaction")
        yield from _unplaced(bundle)
        yield from _unnamed(bundle)
        there |= {
            name for it in resources(bundle) for name in (f"{it['resourceType']}/{it['id']}", f"urn:uuid:{it['id']}")
        }
        yield from _forward(bundle, there)


def _unplaced(bundle: Resource) -> Iterator[Issue]:
    for entry in bundle["entry"]:
        place = f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
        if entry.get("request") != {"method": "PUT", "url": place}:
            yield fault(place, f"not put in its place: {entry.get('request')}")


def _forward(bundle: Resource, there: set[str]) -> Iterator[Issue]:
    for resource in resources(bundle):
        for at in references(resource):
            if at.value not in there and not at.value.startswith("#"):
                yield fault(f"{resource['resourceType']} {at.path}", f"refers to a later transaction: {at.value}")


def of_lines(folder: Path) -> Iterator[Issue]:
    """NDJSON has a type a file, references by type and id, and a manifest that counts them."""
    found = lines(folder)
    for name, each in found.items():
        for resource in each:
            if resource["resourceType"] != name.split(".")[0]:
                yield fault(name, f"holds a {resource['resourceType']}")
            yield from (
                fault(name, f"no relative reference: {at.value}") for at in references(resource) if ":" in at.value
            )
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    told = {one["url"].rsplit("/", 1)[-1]: (one["type"], one["count"]) for one in manifest["output"]}
    if told != {name: (name.split(".")[0], len(each)) for name, each in found.items()}:
        yield fault("manifest.json", f"does not tell what is there: {told}")
    if not {"transactionTime", "request", "requiresAccessToken", "error"} <= manifest.keys():
        yield fault("manifest.json", "is none of a bulk export")
