"""Runs what compose.yaml says, without containers: each program as a process of this machine, for both environments.

Usage: check_compose.py FOLDER, the folder of the built programs; from the root of the package.

Secrets come from `nexors secrets write`, settings from compose.yaml and its environment files. Only what a container
would map is another: names of services are 127.0.0.1, ports are free ones, mounted folders are temporary. As root the
programs run as the images' user, who must be able to read his secrets. All five must say by `--check` that they are
ready and reach their peers, and end by SIGTERM with 0.
"""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import yaml

import check_manifests

USER = 10001
# For a start on a machine that has other work, seconds.
START_LIMIT = 120


def free_ports():
    """Gives the same free port for the same port of the compose file."""
    taken = {}

    def pick(port):
        if port not in taken:
            with socket.create_server(("127.0.0.1", 0)) as probe:
                taken[port] = probe.getsockname()[1]
        return str(taken[port])

    return pick


def mapped(value, program, root, names, port):
    """A setting as it is outside a container."""
    value = value.replace(check_manifests.SECRETS, f"{root}/secrets/{program}")
    value = value.replace("/var/lib/nexors", f"{root}/stores/{program}")
    hosts = "|".join([*names, r"0\.0\.0\.0", r"127\.0\.0\.1"])
    return re.sub(rf"\b({hosts}):(\d+)$", lambda match: f"127.0.0.1:{port(match[2])}", value)


def identity(programs):
    """Options that make a process the images' user's, where we are root and he can run the programs at all."""
    if os.geteuid() != 0:
        print("not root: run as this user, so that user 10001 may read the secrets is not shown")
        return {}
    options = {"user": USER, "group": USER, "extra_groups": []}
    with contextlib.suppress(OSError):
        if subprocess.run([f"{programs}/nexors", "--version"], capture_output=True, **options).returncode == 0:
            return options
    print("user 10001 cannot read Swift's libraries here: run as root, so that he may read the secrets is not shown")
    return {}


def environments(services, root, variables):
    """Program -> its environment, for those that the profile starts."""
    profiles = set(variables.get("COMPOSE_PROFILES", "").split(","))
    port = free_ports()
    base = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
    for program, service in services.items():
        if not set(service.get("profiles", profiles)) & profiles:
            continue
        given = service["environment"].items()
        settings = {key: mapped(str(value), program, root, services, port) for key, value in given}
        if "NEXORS_STANDIN_PORT" in settings:
            settings.update(NEXORS_STANDIN_HOST="127.0.0.1", NEXORS_STANDIN_PORT=port(settings["NEXORS_STANDIN_PORT"]))
        yield program, {**base, **settings}


def wait_until_ready(program, running, binaries, options):
    deadline = time.monotonic() + START_LIMIT
    said = "it is not asked"
    while time.monotonic() < deadline:
        for name, (process, _) in running.items():
            if process.poll() is not None:
                raise SystemExit(f"{name} ended with {process.returncode}")
        check = subprocess.run(
            [binaries / program, "--check"], env=running[program][1], capture_output=True, text=True, **options
        )
        said = (check.stdout + check.stderr).strip()
        if check.returncode == 0 and '"degraded":[]' in said:
            return
        time.sleep(0.2)
    raise SystemExit(f"{program} is not ready: {said}")


def run(programs, file, words):
    with tempfile.TemporaryDirectory() as root:
        os.chmod(root, 0o711)
        binaries = pathlib.Path(root, "programs")
        binaries.mkdir()
        for name in [*check_manifests.PROGRAMS, "provider-standin", "nexors"]:
            shutil.copy(f"{programs}/{name}", binaries / name)
        subprocess.run(
            [binaries / "nexors", "secrets", "write", f"{root}/secrets", "--data", f"{root}/data", *words(root)],
            check=True,
            capture_output=True,
        )
        variables = check_manifests.environment_file(pathlib.Path("deploy", file))
        text = pathlib.Path("deploy/compose.yaml").read_text()
        services = check_manifests.substituted(yaml.safe_load(text), variables)["services"]
        options = identity(binaries)
        running = {}
        try:
            for program, environment in environments(services, root, variables):
                store = pathlib.Path(root, "stores", program)
                store.mkdir(parents=True)
                if options:
                    os.chown(store, USER, USER)
                with open(f"{root}/{program}.log", "w") as log:
                    process = subprocess.Popen([binaries / program], env=environment, stdout=log, stderr=log, **options)
                running[program] = process, environment
            for program in check_manifests.PROGRAMS:
                wait_until_ready(program, running, binaries, options)
        except SystemExit:
            for program in running:
                print(f"-- {program}\n" + pathlib.Path(root, f"{program}.log").read_text()[-2000:], file=sys.stderr)
            raise
        finally:
            for process, _ in running.values():
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
            ends = {program: process.wait(60) for program, (process, _) in running.items()}
        # The stand-in keeps what it has at once and has nothing to drain.
        ends.pop("provider-standin", None)
        if set(ends.values()) != {0}:
            raise SystemExit(f"{file}: by SIGTERM they end with {ends}")
    print(f"{file}: all programs are ready, reach their peers, and drain")


def production(root):
    path = pathlib.Path(root, "paypal-secret")
    path.write_text("not-a-real-one\n")
    names = ["--public-names", "dispatch.example.com"]
    return ["--environment", "production", *names, "--paypal-client-id", "id", "--paypal-secret", str(path)]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    run(sys.argv[1], "demo.env", lambda root: ["--environment", "demo"])
    run(sys.argv[1], "production.env.example", production)
