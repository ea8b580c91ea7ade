"""Golden files of the command line: what people read, word for word.

`ROUTER_WRITE_GOLDEN=1 pytest tests/unit/cli` writes them anew; read the diff.
"""

import os
from pathlib import Path

GOLDEN = Path(__file__).parents[2] / "golden" / "cli"
WRITING = bool(os.environ.get("ROUTER_WRITE_GOLDEN"))


def expect_golden(name: str, printed: str) -> None:
    """What was printed is what the golden file of this name holds."""
    golden = GOLDEN / f"{name}.txt"
    if WRITING:
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(printed, encoding="utf-8")
    assert printed == golden.read_text(encoding="utf-8")
