"""Shows that check_manifests.py can fail: each case breaks a copy of the manifests and expects the fault to be named.

Usage: check_manifests_test.py FOLDER, the folder of the built programs; from the root of the package.
"""
import pathlib
import shutil
import sys
import tempfile
import unittest

import check_manifests

BASE = "kubernetes/base"
# File, text, what takes its place (every time), a part of what must be said.
CASES = [
    (f"{BASE}/kustomization.yaml", "  - billing.yaml\n", "", "differ in ['billing.yaml']"),
    (f"{BASE}/configmap.yaml", "production", "demo", "is not run for production"),
    (f"{BASE}/configmap.yaml", "NEXORS_LOG_LEVEL", "NEXORS_LOG_LEVELS", "does not know NEXORS_LOG_LEVELS"),
    (f"{BASE}/configmap.yaml", "payments:7004", "payments:7005", "where payments does not listen"),
    (
        f"{BASE}/payments.yaml", "NEXORS_PAYPAL_CLIENT_ID_FILE", "NEXORS_PAYPAL_AUTHORITY",
        "payments lacks NEXORS_PAYPAL_CLIENT_ID",
    ),
    (f"{BASE}/gateway.yaml", "0.0.0.0:7001", "0.0.0.0:7011", "gateway listens on"),
    (f"{BASE}/gateway.yaml", "7001", "7011", "NEXORS_LISTEN of gateway is 0.0.0.0:7011, by default 127.0.0.1:7001"),
    (f"{BASE}/ingest.yaml", "port: 7102", "port: 7103", "the Service of ingest leads to"),
    (f"{BASE}/ingest.yaml", "targetPort: drivers", "targetPort: calls", "the Service of ingest leads to"),
    (
        f"{BASE}/dispatch.yaml", "app.kubernetes.io/name: dispatch\n  ports", "app.kubernetes.io/name: billing\n  ports",
        "Service of dispatch selects",
    ),
    (f"{BASE}/billing.yaml", "path: /readyz", "path: /livez", "readinessProbe of billing asks"),
    (f"{BASE}/billing.yaml", "port: internal", "port: calls", "livenessProbe of billing asks"),
    (f"{BASE}/billing.yaml", "startupProbe", "lifecycle", "startupProbe of billing asks"),
    (f"{BASE}/gateway.yaml", "secrets/admin-key", "secrets/admin.key", "gateway reads /etc/nexors/secrets/admin.key"),
    (
        f"{BASE}/gateway.yaml", "secrets/admin-key", "secrets/api-key-secret",
        "gateway is given secrets/admin-key and told nothing",
    ),
    (f"{BASE}/dispatch.yaml", "nexors-dispatch-tls", "nexors-billing-tls", "has no Secret nexors-dispatch-tls"),
    (f"{BASE}/payments.yaml", "mountPath: /etc/nexors/paypal", "mountPath: /etc/paypal", "does not mount paypal"),
    (f"{BASE}/payments.yaml", "readOnly: true", "readOnly: false", "does not mount tls"),
    (f"{BASE}/networkpolicy.yaml", "name: default-deny", "name: deny", "no NetworkPolicy refuses"),
    (f"{BASE}/networkpolicy.yaml", "name: operator", "name: operators", "billing keeps operator from calls (7005)"),
    (f"{BASE}/networkpolicy.yaml", "name: operator", "name: ingest", "billing lets ingest to calls (7005)"),
    (
        f"{BASE}/networkpolicy.yaml", "name: monitoring", "name: default",
        "gateway keeps namespace monitoring from internal (7901)",
    ),
    (
        f"{BASE}/networkpolicy.yaml", "    - ports:\n        - port: 8443\n", "",
        "gateway keeps anybody from https (8443)",
    ),
    (f"{BASE}/networkpolicy.yaml", "port: 7903", "port: 7003", "lets namespace monitoring to calls (7003)"),
    (
        f"{BASE}/networkpolicy.yaml", "      ports:\n        - port: 7904", "      # every port",
        "payments lets namespace monitoring to ? (every port)",
    ),
    ("compose.yaml", "--check", "--version", "gateway is not asked for its health"),
    ("compose.yaml", '"10001:10001"', '"0:0"', "runs as 0:0"),
    ("compose.yaml", "}/billing:/etc", "}/dispatch:/etc", "billing does not mount"),
    ("compose.yaml", '"8443:8443"', '"8443:8444"', "gateway listens on"),
    ("compose.yaml", "127.0.0.1:7902", "0.0.0.0:7902", "ingest listens on"),
    ("compose.yaml", "tls/tls.key", "tls/key", "reads /etc/nexors/tls/key"),
    ("compose.yaml", "ingest:7002", "ingests:7002", "where ingests does not listen"),
    ("demo.env", "COMPOSE_PROFILES=demo\n", "", "the stand-in does not run"),
    (
        "demo.env", "http://provider-standin:8790", "https://api-m.paypal.com",
        "demo.env: PayPal is https://api-m.paypal.com",
    ),
    ("demo.env", "ENVIRONMENT=demo", "ENVIRONMENT=production", "gateway is run for production"),
    (
        "production.env.example", "https://api-m.paypal.com", "http://provider-standin:8790",
        "PayPal is http://provider-standin",
    ),
    ("production.env.example", "NEXORS_SECRETS", "SECRETS", "NEXORS_SECRETS is not set"),
]


class BrokenManifests(unittest.TestCase):
    def test_each_fault_is_named(self):
        for file, text, other, said in CASES:
            with self.subTest(file=file, text=text, said=said), tempfile.TemporaryDirectory() as scratch:
                copy = pathlib.Path(scratch, "deploy")
                shutil.copytree("deploy", copy)
                path = copy / file
                whole = path.read_text()
                self.assertIn(text, whole, "nothing was broken")
                path.write_text(whole.replace(text, other))
                faults = list(check_manifests.all_faults(copy, FACTS))
                self.assertTrue(any(said in fault for fault in faults), f"said: {faults}")

    def test_what_is_committed_has_no_fault(self):
        self.assertEqual(list(check_manifests.all_faults(pathlib.Path("deploy"), FACTS)), [])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    FACTS = check_manifests.read_facts(sys.argv.pop())
    unittest.main()
