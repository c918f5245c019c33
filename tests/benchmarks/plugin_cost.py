"""What the plugin adds to flake8: CPU time of flake8 with it and without it, over one folder.

    python tests/benchmarks/plugin_cost.py FOLDER [ROUNDS]

Runs alternate, so that whatever else the machine does falls on both alike; the smallest time of
each counts. `-j1`, because CPU time is what is measured. Bytecode may be written, whatever the
environment says: an installed package has it, as flake8 itself does here.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys

ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def cpu_seconds(folder: str, *options: str) -> float:
    """CPU time of one run and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(
        [sys.executable, "-m", "flake8", "--isolated", "-j1", "--exit-zero", *options, folder],
        stdout=subprocess.DEVNULL,
        check=False,
        env=ENVIRONMENT,
    )
    if result.returncode:
        raise SystemExit(f"flake8 ended with {result.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


# Without the plugin: flake8 runs only what it has been told to load.
WITHOUT = (
    "import sys; from flake8.plugins import finder; find = finder._find_importlib_plugins; "
    "finder._find_importlib_plugins = lambda: "
    "(p for p in find() if p.package != 'flake8-untimed'); "
    "from flake8.main.cli import main; sys.exit(main())"
)


def cpu_seconds_without(folder: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-c", WITHOUT, "--isolated", "-j1", "--exit-zero", folder]
    result = subprocess.run(
        command, stdout=subprocess.PIPE, check=False, text=True, env=ENVIRONMENT
    )
    if result.returncode or " UNT" in result.stdout:
        raise SystemExit("flake8 without the plugin did not work out")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def main() -> None:
    folder = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    without, with_plugin = [], []
    for _ in range(rounds):
        without.append(cpu_seconds_without(folder))
        with_plugin.append(cpu_seconds(folder))
    print(f"flake8 without the plugin: {min(without):.2f} s CPU, best of {rounds}")
    print(f"flake8 with the plugin:    {min(with_plugin):.2f} s CPU, best of {rounds}")
    print(f"the plugin adds {100 * (min(with_plugin) / min(without) - 1):.1f} %")


if __name__ == "__main__":
    main()
