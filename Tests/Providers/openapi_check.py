#!/usr/bin/env python3
"""Checks recorded exchanges against the vendor's own OpenAPI documents.

usage: openapi_check.py EXCHANGES.jsonl [DOCUMENTS]

EXCHANGES.jsonl is written by the tests of PaymentsServer with NEXORS_RECORD_EXCHANGES set: what our adapter sent and
what the model answered. DOCUMENTS is the folder with the vendor's documents (default: ../shared/data/payments/paypal
beside the repository); where it is absent the check is skipped by name. Needs openapi-core 0.23.1.
"""

import collections
import json
import pathlib
import sys


def skip(reason):
    print(f"skipped: PayPal OpenAPI check: {reason}")
    raise SystemExit(0)


def without_email_patterns(node):
    """Two e-mail patterns of the documents are no regular expressions that Python reads; they are dropped here."""
    if isinstance(node, dict):
        if "@" in str(node.get("pattern", "")):
            node = {key: value for key, value in node.items() if key != "pattern"}
        return {key: without_email_patterns(value) for key, value in node.items()}
    if isinstance(node, list):
        return [without_email_patterns(value) for value in node]
    return node


def without_error_texts(node):
    """The documents fix the wording of errors, which says nothing: names and issues are what is checked."""
    if isinstance(node, dict):
        node = {key: without_error_texts(value) for key, value in node.items()}
        for name in ("message", "description"):
            text = node.get("properties", {}).get(name)
            if isinstance(text, dict):
                text.pop("enum", None)
        return node
    if isinstance(node, list):
        return [without_error_texts(value) for value in node]
    return node


def load(folder, name):
    from openapi_core import OpenAPI

    with open(folder / name, encoding="utf-8") as file:
        document = without_error_texts(without_email_patterns(json.load(file)))
    document["servers"] = [{"url": "http://provider.test"}]
    # Bearer tokens are the model's business; the documents' OAuth scopes would refuse every request here.
    document.pop("security", None)
    for methods in document["paths"].values():
        for operation in methods.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    return OpenAPI.from_dict(document)


def check(document, exchange):
    from openapi_core.testing import MockRequest, MockResponse

    request = MockRequest(
        "http://provider.test",
        exchange["method"].lower(),
        exchange["path"],
        headers=exchange["headers"],
        data=exchange["body"].encode() or None,
        content_type="application/json",
    )
    document.validate_request(request)
    # The documents of 2024 have no 429 at all; it is a planned fault.
    if exchange["status"] not in (204, 429):
        response = MockResponse(exchange["answer"].encode(), status_code=exchange["status"])
        document.validate_response(request, response)


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    here = pathlib.Path(__file__).resolve()
    folder = here.parents[3] / "shared" / "data" / "payments" / "paypal"
    if len(sys.argv) > 2:
        folder = pathlib.Path(sys.argv[2])
    if not folder.is_dir():
        skip(f"{folder} is absent")
    try:
        import openapi_core  # noqa: F401
    except ImportError:
        skip("openapi-core is not installed")

    orders = load(folder, "checkout_orders_v2.json")
    payments = load(folder, "payments_payment_v2.json")
    seen, faults = collections.Counter(), collections.Counter()
    with open(sys.argv[1], encoding="utf-8") as file:
        exchanges = [json.loads(line) for line in file]
    for exchange in exchanges:
        path = exchange["path"]
        # A garbled answer is a planned fault, not the model's own.
        if path == "/v1/oauth2/token" or exchange["answer"].startswith("<"):
            continue
        document = orders if path.startswith("/v2/checkout") else payments
        parts = path.split("/")
        kind = "/".join("{id}" if index == 4 else part for index, part in enumerate(parts))
        seen[f"{exchange['method']} {kind} {exchange['status']}"] += 1
        try:
            check(document, exchange)
        except Exception as error:  # every kind of finding is one
            cause = error.__cause__ or error
            faults[f"{exchange['method']} {kind} {exchange['status']}: {cause!r:.300}"] += 1
            for schema_error in getattr(cause, "schema_errors", []):
                faults[f"    {schema_error.message[:200]} at {list(schema_error.absolute_path)}"] += 1
    for line, count in sorted(seen.items()):
        print(f"{count:6} {line}")
    for line, count in faults.items():
        print(f"FAULT {count} x {line}")
    if not seen:
        raise SystemExit("no exchanges were recorded")
    print(f"{sum(seen.values())} exchanges checked, {sum(faults.values())} findings")
    raise SystemExit(1 if faults else 0)


main()
