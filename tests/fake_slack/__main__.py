"""`python -m tests.fake_slack`: the fake workspace as a process. Prints its URL, runs until SIGTERM."""

import argparse
import asyncio
import signal
from pathlib import Path

from tests.fake_slack.fake import started, url_of
from tests.fake_slack.server import CHANNELS, SIGNING_SECRET, TOKEN, FakeServer, Settings


def main() -> None:
    """Parses the command line and serves."""
    parser = argparse.ArgumentParser(prog="python -m tests.fake_slack", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--log", type=Path, help="JSONL file for every call, fsynced before answering")
    parser.add_argument("--token", default=TOKEN, help="the bot token that is accepted")
    parser.add_argument("--signing-secret", default=SIGNING_SECRET, help="signs the clicks")
    parser.add_argument("--channels", default=",".join(CHANNELS), help="names, separated by commas")
    parser.add_argument("--interactivity-url", default="", help="where the product takes clicks")
    parser.add_argument("--seed", type=int, default=0, help="of the faults that strike by chance")
    options = parser.parse_args()
    asyncio.run(
        serve(
            Settings(
                token=options.token,
                signing_secret=options.signing_secret,
                channels=tuple(name for name in options.channels.split(",") if name),
                log=options.log,
                seed=options.seed,
                interactivity_url=options.interactivity_url,
            ),
            options.host,
            options.port,
        )
    )


async def serve(settings: Settings, host: str, port: int) -> None:
    """Listens, says where, and stops on a signal."""
    server, stop = FakeServer(settings), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = await started(server, host, port)
    print(url_of(runner), flush=True)
    await stop.wait()
    await runner.cleanup()
    server.log.close()


if __name__ == "__main__":
    main()
