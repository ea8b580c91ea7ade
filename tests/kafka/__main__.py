"""`python -m tests.kafka --nodes 1`: a cluster in the foreground until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from .broker import KafkaCluster, KafkaUnavailable
from .security import ADMIN


def main() -> int:
    """Start, print the bootstrap address to standard output, and wait. 1 if Kafka cannot run."""
    parser = argparse.ArgumentParser(prog="python -m tests.kafka", description=__doc__)
    parser.add_argument("--nodes", type=int, default=1, help="how many, each broker and controller")
    parser.add_argument("--secure", action="store_true", help="passwords and certificates, ACLs")
    parser.add_argument("--data-dir", type=Path, help="keep the data here; default: a temporary folder")
    choice = parser.parse_args()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with KafkaCluster(choice.nodes, choice.secure, choice.data_dir) as kafka:
            print(kafka.bootstrap, flush=True)
            if choice.secure:
                password, authority = kafka.security.passwords[ADMIN], kafka.security.ca_file
                print(f"user {ADMIN}, password {password}, authority {authority}", file=sys.stderr)
            signal.pause()
    except KeyboardInterrupt:
        return 0
    except KafkaUnavailable as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
