"""What following the project's imports costs, and how time grows with the size of a file.

    python tests/benchmarks/inference_cost.py FOLDER [FOLDER ...]

First the CPU time of checking all files of the folders, in this process, with and without
`follow-imports`, as a ratio. Then the largest file among those with findings, once and doubled
(its functions under other names): the ratio should be about 2.
"""

from __future__ import annotations

import gc
import re
import sys
import time
from pathlib import Path

from flake8_untimed.analysis import Workspace
from flake8_untimed.settings import Settings
from flake8_untimed.source import Source, SourceError


def check(files: list[Path], follow: bool) -> tuple[float, dict[Path, int]]:
    """CPU seconds, and the number of findings of each file."""
    workspace, found = Workspace(Settings(follow_imports=follow)), {}
    start = time.process_time()
    for path in files:
        data = path.read_bytes()
        if workspace.matters(data, str(path)):
            try:
                found[path] = len(workspace.check(Source.from_bytes(data, str(path))))
            except SourceError:
                continue
    return time.process_time() - start, found


def alone(text: str, rounds: int = 5) -> float:
    """CPU seconds for one text, the best of some rounds."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        Workspace().check(Source.from_text(text, "<text>"))
        times.append(time.process_time() - start)
    return min(times)


def doubled(text: str) -> str:
    """The text twice, the second time with other names for what it defines."""
    again = re.sub(r"\b(def|class) (\w+)", r"\1 \2_again", text)
    future = re.compile(r"^from __future__ .*$", re.MULTILINE)
    return text + "\n\n" + future.sub("", again)


def main() -> int:
    folders = [Path(argument) for argument in sys.argv[1:]]
    if not folders:
        print(__doc__)
        return 2
    gc.disable()
    files = sorted(path for folder in folders for path in folder.rglob("*.py"))
    with_imports, found = check(files, True)
    without, _ = check(files, False)
    print(
        f"{len(files)} files; {with_imports:.2f} s CPU with imports followed, {without:.2f} without"
    )
    print(f"following the imports adds {100 * (with_imports / without - 1):.0f} %")
    largest = max((p for p, n in found.items() if n), key=lambda p: p.stat().st_size)
    text = largest.read_text(encoding="utf-8")
    once, twice = alone(text), alone(doubled(text))
    print(
        f"{largest.name}: {once * 1000:.0f} ms, doubled {twice * 1000:.0f} ms: {twice / once:.2f} times"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
