"""The plugin and the command say the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parent / "benchmarks" / "doors_agree.py"


def test_the_doors_agree_on_the_fixtures(fixtures: Path) -> None:
    # Before Python 3.11.4 flake8 itself falls over null bytes.
    options = [] if sys.version_info >= (3, 11, 4) else ["--extend-exclude=null_bytes.py,nulls.py"]
    result = subprocess.run(
        [sys.executable, str(BENCHMARK), str(fixtures), *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 findings" not in result.stdout
