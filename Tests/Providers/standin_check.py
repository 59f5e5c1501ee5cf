#!/usr/bin/env python3
"""Runs the stand-in as a process: a trip over HTTP, faults, a kill, and what is left after it.

usage: standin_check.py BINARY

Standard library only.
"""

import base64
import http.client
import json
import os
import subprocess
import sys
import tempfile

# Without whatever keys of ours the caller has: those of deploy/test are none of the stand-in's, which refuses others'.
OTHERS = {name: value for name, value in os.environ.items() if not name.startswith("NEXORS_")}


class StandIn:
    def __init__(self, binary, journal):
        environment = dict(
            OTHERS, NEXORS_ENVIRONMENT="test", NEXORS_STANDIN_PORT="0", NEXORS_STANDIN_JOURNAL=journal
        )
        self.process = subprocess.Popen([binary], env=environment, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        address, _, rest = line.removeprefix("listening ").partition(", ")
        assert "stand-in" in rest, line
        self.host, port = address.rsplit(":", 1)
        self.port = int(port)
        credentials = base64.b64encode(b"standin-client:standin-secret").decode()
        token = self.call(
            "POST",
            "/v1/oauth2/token",
            "grant_type=client_credentials",
            {"Authorization": f"Basic {credentials}", "Content-Type": "application/x-www-form-urlencoded"},
        )
        self.token = token[1]["access_token"]

    def call(self, method, path, body=None, headers=None, key=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        if headers is None:
            headers = {"Content-Type": "application/json"}
            if hasattr(self, "token"):
                headers["Authorization"] = f"Bearer {self.token}"
            if key:
                headers["PayPal-Request-Id"] = key
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        try:
            connection.request(method, path, text, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        return response.status, json.loads(content) if content else None

    def kill(self):
        self.process.kill()
        self.process.wait()


def main():
    binary = sys.argv[1]
    # Told production, or told nothing: whoever forgets the key has not asked for a stand-in.
    for environment in [dict(OTHERS, NEXORS_ENVIRONMENT="production"), OTHERS]:
        refused = subprocess.run([binary], env=environment, capture_output=True, timeout=10)
        assert refused.returncode == 78 and b"NEXORS_ENVIRONMENT=demo" in refused.stderr, refused

    with tempfile.TemporaryDirectory() as folder:
        journal = os.path.join(folder, "journal")
        first = StandIn(binary, journal)
        order = {
            "intent": "AUTHORIZE",
            "purchase_units": [{"amount": {"currency_code": "USD", "value": "100.00"}}],
            "payment_source": {"paypal": {"vault_id": "vault-1"}},
        }
        status, made = first.call("POST", "/v2/checkout/orders", order, key="o1")
        assert status == 201, (status, made)
        hold = made["purchase_units"][0]["payments"]["authorizations"][0]["id"]
        capture = {"amount": {"currency_code": "USD", "value": "90.00"}, "final_capture": True}
        path = f"/v2/payments/authorizations/{hold}/capture"

        fault = {"fault": "drop_after", "operation": "capture", "count": 1}
        assert first.call("POST", "/standin/faults", fault)[0] == 204
        try:
            first.call("POST", path, capture, key="c1")
            raise AssertionError("the connection was to break")
        except (http.client.HTTPException, OSError):
            pass
        # Killed after the capture and before its answer: the capture is kept, and a repeat finds it.
        first.kill()
        second = StandIn(binary, journal)
        totals = second.call("GET", "/standin/totals")[1]["currencies"][0]
        assert totals["captured"] == 9000 and totals["captures"] == 1, totals
        status, again = second.call("POST", path, capture, key="c1")
        assert status == 201 and again["status"] == "COMPLETED", (status, again)
        totals = second.call("GET", "/standin/totals")[1]["currencies"][0]
        assert totals["captured"] == 9000 and totals["captures"] == 1, totals
        assert second.call("GET", "/v2/checkout/orders/none")[0] == 404
        assert second.call("GET", "/nothing")[0] == 404
        second.kill()
    print("stand-in: refused in production and without being told; one capture through a broken connection and a kill")


main()
