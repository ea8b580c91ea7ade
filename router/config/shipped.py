"""Where is what ships with the router: `examples/acme`, `topics`, `runbooks`?"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped_dir(name: str) -> Path:
    """The folder of this name: inside an installed wheel, else at the root of the checkout.

    Raises:
        FileNotFoundError: this installation lacks it.
    """
    # The wheel's is asked first: beside an installed package, any other's `topics` may lie.
    for root in (_PACKAGE / "_shipped", _PACKAGE.parent):
        if (root / name).is_dir():
            return root / name
    raise FileNotFoundError(f"this installation has no {name}: install the router again")
