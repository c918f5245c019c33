"""`untimed check` beside Ruff, from a cold start, over six real packages.

    python tests/benchmarks/against_ruff.py [CORPUS] [ROUNDS]

Wall time, two processes for `untimed`, all processors for Ruff; both are run once before so that
the files are in the system's cache, then in turns; the smallest time of each counts. Bytecode may
be written, whatever the environment says: an installed package has it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
RUFF = "ruff 0.17.5"
PACKAGES = (
    "langchain-community",
    "octoprint",
    "internetarchive",
    "slack-sdk",
    "tweepy",
    "astroquery",
)


def wall_seconds(command: list[str]) -> float:
    start = time.perf_counter()
    result = subprocess.run(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
        text=True,
        env=ENVIRONMENT,
    )
    # 2: some file could not be checked, which a real tree may hold.
    if result.returncode not in (0, 1, 2):
        raise SystemExit(f"{command[0]} ended with {result.returncode}: {result.stderr}")
    return time.perf_counter() - start


def main() -> None:
    corpus = sys.argv[1] if len(sys.argv) > 1 else "/tmp/corpus"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    folder = os.path.dirname(sys.executable)
    ruff, untimed = os.path.join(folder, "ruff"), os.path.join(folder, "untimed")
    version = subprocess.run([ruff, "--version"], capture_output=True, text=True, check=True)
    if version.stdout.strip() != RUFF:
        print(f"note: {version.stdout.strip()}, not {RUFF}")
    paths = [os.path.join(corpus, package) for package in PACKAGES]
    commands = {
        "ruff": [ruff, "check", "--no-cache", "--isolated", "--select", "S113,S501", *paths],
        "untimed": [untimed, "check", "--isolated", "--quiet", "--jobs", "2", *paths],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        wall_seconds(command)
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(wall_seconds(command))
    for name, seconds in times.items():
        print(f"{name:8} {min(seconds):.3f} s, best of {rounds} ({max(seconds):.3f} s at worst)")
    print(f"untimed takes {min(times['untimed']) / min(times['ruff']):.1f} times as long as Ruff")


if __name__ == "__main__":
    main()
