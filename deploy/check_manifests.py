"""Holds compose.yaml and the Kubernetes base to what the built programs say of themselves.

Usage: check_manifests.py FOLDER, the folder of the built programs. Every NEXORS_ key that a manifest sets must stand in
`PROGRAM --help`, every listening port must be one that the manifest publishes or probes, and every endpoint must be a
port that its service listens on.
"""
import glob
import re
import subprocess
import sys

import yaml

PROGRAMS = ["gateway", "dispatch", "ingest", "payments", "billing"]


def known_keys(folder, program):
    """The keys in the table that the program prints, those of secret files included."""
    text = subprocess.run([f"{folder}/{program}", "--help"], check=True, capture_output=True, text=True).stdout
    keys = set(re.findall(r"NEXORS_[A-Z_]+", "\n".join(line for line in text.splitlines() if line.startswith("|"))))
    if len(keys) < 10:
        sys.exit(f"{program} --help names only {len(keys)} keys: has its form changed?")
    return keys


def kubernetes(base):
    """Program -> (keys with values, ports by name)."""
    shared = yaml.safe_load(open(f"{base}/configmap.yaml"))["data"]
    found = {}
    for program in PROGRAMS:
        for document in yaml.safe_load_all(open(f"{base}/{program}.yaml")):
            if document["kind"] != "Deployment":
                continue
            container = document["spec"]["template"]["spec"]["containers"][0]
            settings = dict(shared)
            settings.update({entry["name"]: entry.get("value", "") for entry in container["env"]})
            found[program] = settings, {port["containerPort"] for port in container["ports"]}
    return found


def compose(path):
    """The same of the compose file; its internal port is published nowhere."""
    services = yaml.safe_load(open(path))["services"]
    found = {}
    for program, service in services.items():
        settings = {key: str(value) for key, value in service["environment"].items()}
        ports = {int(entry.split(":")[0]) for entry in service.get("ports", [])}
        for key in ("NEXORS_LISTEN", "NEXORS_INTERNAL_LISTEN"):
            ports.add(int(settings[key].rsplit(":", 1)[1]))
        found[program] = settings, ports
    return found


def faults(where, found, folder):
    if set(found) != set(PROGRAMS):
        yield f"{where} holds {sorted(found)}, not the five programs"
        return
    for program, (settings, ports) in found.items():
        for key in sorted(set(settings) - known_keys(folder, program)):
            yield f"{where}: {program} does not know {key}"
        listening = {int(value.rsplit(":", 1)[1]) for key, value in settings.items() if key.endswith("_LISTEN")}
        if listening != ports:
            yield f"{where}: {program} listens on {sorted(listening)} and shows {sorted(ports)}"
        for key, value in settings.items():
            if key.endswith("_ENDPOINTS"):
                host, port = value.rsplit(":", 1)
                if found[host][0]["NEXORS_LISTEN"].rsplit(":", 1)[1] != port:
                    yield f"{where}: {key} of {program} is {value}, where {host} does not listen"


def main():
    folder = sys.argv[1]
    base = "deploy/kubernetes/base"
    listed = set(yaml.safe_load(open(f"{base}/kustomization.yaml"))["resources"])
    present = {path.rsplit("/", 1)[1] for path in glob.glob(f"{base}/*.yaml")} - {"kustomization.yaml"}
    found = [f"kustomization.yaml and the folder differ in {sorted(listed ^ present)}"] if listed ^ present else []
    found += faults("kubernetes", kubernetes(base), folder)
    found += faults("compose", compose("deploy/compose.yaml"), folder)
    for fault in found:
        print(fault, file=sys.stderr)
    sys.exit(1 if found else 0)


main()
