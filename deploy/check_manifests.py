"""Holds compose.yaml and the Kubernetes base to what the programs, the registry and `nexors secrets write` say.

Usage: check_manifests.py FOLDER, the folder of the built programs; from the root of the package.

Of each program: every key that is set is one of `PROGRAM --help-markdown`, every required one is set, it listens
where it does by default, its Service and its probes lead to those ports, it is called where it listens, every file that it is given
is one that `nexors secrets write` makes and every such file is given to it, and NetworkPolicies let in those whom the
registry names as callers, and nobody else. Each of these is shown able to fail by check_manifests_test.py.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field

import yaml

PROGRAMS = ["gateway", "ingest", "dispatch", "payments", "billing"]
# Where a program finds its keys, and the page that each probe asks.
SECRETS = "/etc/nexors"
PROBES = {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
# Names of ports by the key that says where they are.
PORT_NAMES = {
    "NEXORS_LISTEN": "calls",
    "NEXORS_INTERNAL_LISTEN": "internal",
    "NEXORS_HTTP_LISTEN": "https",
    "NEXORS_DRIVER_LISTEN": "drivers",
}


@dataclass
class Key:
    """One row of the table that `PROGRAM --help-markdown` prints."""

    is_required: bool
    default: str


@dataclass
class Facts:
    """What the manifests are held to."""

    # Program -> key -> row; both names of a secret lead to the same row.
    keys: dict
    # Program -> who calls it: services, and the operator.
    callers: dict
    # Program -> its files, from /etc/nexors on.
    files: dict


@dataclass
class Deployed:
    """One program in either form of manifest."""

    settings: dict
    ports: dict = field(default_factory=dict)


def known_keys(folder, program):
    text = subprocess.run([f"{folder}/{program}", "--help-markdown"], check=True, capture_output=True, text=True).stdout
    keys = {}
    for line in text.splitlines():
        names = re.findall(r"`(NEXORS_[A-Z_]+)`", line.split("|")[1]) if line.startswith("| `") else []
        default = line.split("|")[3].strip().strip("`") if names else ""
        row = Key(default == "required", default)
        keys.update({name: row for name in names})
    if len(keys) < 10:
        sys.exit(f"{program} --help-markdown names only {len(keys)} keys: has its form changed?")
    return keys


def callers(registry):
    """Those of its own methods, and of the control methods that change something: those are called in earnest."""
    methods = {service["name"]: service["methods"] for service in registry["services"]}
    control = {name for method in methods["control"] if method["mutating"] for name in method["callers"]}
    found = {}
    for program in PROGRAMS:
        own = {name for method in methods[program] for name in method["callers"]}
        found[program] = (own | control) - {"driver", program}
    return found


def secret_files(folder):
    with tempfile.TemporaryDirectory() as scratch:
        words = ["secrets", "write", f"{scratch}/secrets", "--environment", "demo", "--data", f"{scratch}/data"]
        subprocess.run([f"{folder}/nexors", *words], check=True, capture_output=True)
        root = pathlib.Path(scratch, "secrets")
        return {
            program: {str(path.relative_to(root / program)) for path in (root / program).rglob("*") if path.is_file()}
            for program in PROGRAMS
        }


def read_facts(folder):
    registry = json.loads(pathlib.Path("Shared/Messages/registry.json").read_text())
    return Facts({name: known_keys(folder, name) for name in PROGRAMS}, callers(registry), secret_files(folder))


# What is true of a program wherever it runs.


def port_of(address):
    return int(address.rsplit(":", 1)[1])


def program_faults(where, found, facts):
    if set(found) != set(PROGRAMS):
        yield f"{where} holds {sorted(found)}, not the five programs"
        return
    for program, deployed in found.items():
        settings, keys = deployed.settings, facts.keys[program]
        for key in sorted(set(settings) - set(keys)):
            yield f"{where}: {program} does not know {key}"
        # A secret has two names and one row: either will do.
        given = [keys[key] for key in settings if key in keys]
        for key, row in keys.items():
            if row.is_required and not any(row is other for other in given) and not key.endswith("_FILE"):
                yield f"{where}: {program} lacks {key}"
        listening = {PORT_NAMES[key]: port_of(value) for key, value in settings.items() if key in PORT_NAMES}
        if listening != deployed.ports:
            yield f"{where}: {program} listens on {listening} and shows {deployed.ports}"
        for key in PORT_NAMES:
            if key in keys and port_of(settings.get(key, ":0")) != port_of(keys[key].default):
                yield f"{where}: {key} of {program} is {settings.get(key)}, by default {keys[key].default}"
        for key, value in settings.items():
            if key.endswith("_ENDPOINTS"):
                host, port = value.rsplit(":", 1)
                if host not in found or port_of(found[host].settings["NEXORS_LISTEN"]) != int(port):
                    yield f"{where}: {key} of {program} is {value}, where {host} does not listen"
        used = {value[len(SECRETS) + 1:] for value in settings.values() if value.startswith(SECRETS)}
        for name in sorted(used - facts.files[program]):
            yield f"{where}: {program} reads {SECRETS}/{name}, which nexors secrets write does not make"
        for name in sorted(facts.files[program] - used):
            yield f"{where}: {program} is given {name} and told nothing of it"


# Kubernetes.


def documents(path):
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def kubernetes_faults(base, facts):
    listed = set(yaml.safe_load((base / "kustomization.yaml").read_text())["resources"])
    present = {path.name for path in base.glob("*.yaml")} - {"kustomization.yaml"}
    if listed != present:
        yield f"kustomization.yaml and the folder differ in {sorted(listed ^ present)}"
    shared = yaml.safe_load((base / "configmap.yaml").read_text())["data"]
    found = {}
    for program in PROGRAMS:
        kinds = {document["kind"]: document for document in documents(base / f"{program}.yaml")}
        pod = kinds["Deployment"]["spec"]["template"]
        container = pod["spec"]["containers"][0]
        settings = dict(shared)
        settings.update({entry["name"]: entry.get("value", "") for entry in container["env"]})
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        found[program] = Deployed(settings, ports)
        if settings.get("NEXORS_ENVIRONMENT") != "production":
            yield f"kubernetes: {program} is not run for production"
        yield from service_faults(program, kinds["Service"]["spec"], pod["metadata"]["labels"], ports)
        yield from probe_faults(program, container, ports)
        yield from mount_faults(program, container, pod["spec"], facts.files[program])
    yield from program_faults("kubernetes", found, facts)
    yield from policy_faults(documents(base / "networkpolicy.yaml"), found, facts)


def service_faults(program, service, labels, ports):
    if not service["selector"].items() <= labels.items():
        yield f"kubernetes: the Service of {program} selects {service['selector']}, its pods are {labels}"
    shown = {port["name"]: (port["port"], port["targetPort"]) for port in service["ports"]}
    # The internal port is for probes and metrics, which come to the pod itself.
    wanted = {name: (port, name) for name, port in ports.items() if name != "internal"}
    if shown != wanted:
        yield f"kubernetes: the Service of {program} leads to {shown}, not {wanted}"


def probe_faults(program, container, ports):
    for name, path in PROBES.items():
        request = container.get(name, {}).get("httpGet", {})
        if request.get("path") != path or request.get("port") != "internal" or "internal" not in ports:
            yield f"kubernetes: {name} of {program} asks {request}, not {path} of the internal port"


def mount_faults(program, container, pod, files):
    secrets = {volume["name"]: volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
    mounted = {mount["name"]: mount for mount in container["volumeMounts"]}
    wanted = {path.split("/")[0] for path in files}
    for name in sorted(wanted | set(secrets)):
        mount = mounted.get(name, {})
        if secrets.get(name) != f"nexors-{program}-{name}" or name not in wanted:
            yield f"kubernetes: {program} has no Secret nexors-{program}-{name} as its volume {name}"
        elif mount.get("mountPath") != f"{SECRETS}/{name}" or not mount.get("readOnly"):
            yield f"kubernetes: {program} does not mount {name} at {SECRETS}/{name}, to be read only"


def policy_faults(policies, found, facts):
    by_name = {policy["metadata"]["name"]: policy["spec"] for policy in policies}
    if by_name.pop("default-deny", None) != {"podSelector": {}, "policyTypes": ["Ingress"]}:
        yield "kubernetes: no NetworkPolicy refuses what the others do not name"
    if set(by_name) != set(PROGRAMS):
        yield f"kubernetes: there are NetworkPolicies for {sorted(by_name)}, not for the five programs"
        return
    for program, policy in by_name.items():
        labels = {"app.kubernetes.io/name": program}
        if policy["podSelector"] != {"matchLabels": labels} or policy["policyTypes"] != ["Ingress"]:
            yield f"kubernetes: the NetworkPolicy of {program} is not over its pods"
        ports = found[program].ports
        wanted = {("calls", ports["calls"], caller) for caller in facts.callers[program]}
        wanted |= {(name, port, "anybody") for name, port in ports.items() if name in ("https", "drivers")}
        wanted |= {("internal", ports["internal"], "namespace monitoring")}
        names = {port: name for name, port in ports.items()}
        granted = {
            (names.get(port["port"], "?"), port["port"], who)
            for rule in policy["ingress"]
            for port in rule.get("ports", [{"port": "every port"}])
            for who in admitted(rule)
        }
        for name, port, who in sorted(wanted - granted, key=str):
            yield f"kubernetes: the NetworkPolicy of {program} keeps {who} from {name} ({port})"
        for name, port, who in sorted(granted - wanted, key=str):
            yield f"kubernetes: the NetworkPolicy of {program} lets {who} to {name} ({port})"


def admitted(rule):
    """Whom a rule lets in; without `from` that is anybody."""
    for peer in rule.get("from", [{}]):
        namespace = peer.get("namespaceSelector", {}).get("matchLabels", {}).get("kubernetes.io/metadata.name")
        pod = peer.get("podSelector", {}).get("matchLabels", {}).get("app.kubernetes.io/name")
        if namespace and not pod:
            yield f"namespace {namespace}"
        else:
            yield pod if pod and not namespace else "anybody" if peer == {} else str(peer)


# Compose.


def environment_file(path):
    lines = [line.split("=", 1) for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(lines)


def substituted(node, variables):
    """What compose reads: `${NAME:?why}` is the variable's value, and there are no other forms here."""
    if isinstance(node, dict):
        return {key: substituted(value, variables) for key, value in node.items()}
    if isinstance(node, list):
        return [substituted(value, variables) for value in node]
    if not isinstance(node, str):
        return node
    return re.sub(r"\$\{(\w+):\?[^}]*\}", lambda match: variables.get(match[1], f"unset {match[1]}"), node)


def compose_faults(folder, facts):
    for file, environment in (("demo.env", "demo"), ("production.env.example", "production")):
        variables = environment_file(folder / file)
        where = f"compose with {file}"
        services = substituted(yaml.safe_load((folder / "compose.yaml").read_text()), variables)["services"]
        for name in re.findall(r"unset (\w+)", str(services)):
            yield f"{where}: {name} is not set"
            return
        stand_in = services.pop("provider-standin")
        active = set(variables.get("COMPOSE_PROFILES", "").split(",")) & set(stand_in["profiles"])
        url = variables.get("NEXORS_PAYPAL_URL", "")
        own = f"http://provider-standin:{stand_in['environment']['NEXORS_STANDIN_PORT']}"
        if (url == own) != (environment == "demo") or bool(active) != (environment == "demo"):
            yield f"{where}: PayPal is {url}, and the stand-in {'runs' if active else 'does not run'}"
        found = {}
        for program, service in services.items():
            settings = {key: str(value) for key, value in service["environment"].items()}
            found[program] = Deployed(settings, compose_ports(service, settings))
            if settings.get("NEXORS_ENVIRONMENT") != environment:
                yield f"{where}: {program} is run for {settings.get('NEXORS_ENVIRONMENT')}"
            if service["healthcheck"].get("test") != ["CMD", "/usr/local/bin/program", "--check"]:
                yield f"{where}: {program} is not asked for its health"
            if service["user"] != "10001:10001":
                yield f"{where}: {program} runs as {service['user']}, who cannot read its secrets"
            secrets = f"{variables['NEXORS_SECRETS']}/{program}:{SECRETS}:ro"
            if secrets not in service["volumes"]:
                yield f"{where}: {program} does not mount {secrets}"
        yield from program_faults(where, found, facts)


def compose_ports(service, settings):
    """Ports by name: what is published, and the internal one, which only the program itself reaches."""
    published = {int(entry.rsplit(":", 1)[1]) for entry in service.get("ports", [])}
    ports = {}
    for key, name in PORT_NAMES.items():
        port = port_of(settings[key]) if key in settings else None
        if port in published:
            ports[name] = port
            published.discard(port)
    if settings.get("NEXORS_INTERNAL_LISTEN", "").startswith("127.0.0.1:"):
        ports["internal"] = port_of(settings["NEXORS_INTERNAL_LISTEN"])
    ports.update({f"port {port}": port for port in published})
    return ports


def all_faults(deploy, facts):
    yield from kubernetes_faults(deploy / "kubernetes/base", facts)
    yield from compose_faults(deploy, facts)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    faults = list(all_faults(pathlib.Path("deploy"), read_facts(sys.argv[1])))
    print("\n".join(faults), file=sys.stderr, end="\n" if faults else "")
    sys.exit(1 if faults else 0)
