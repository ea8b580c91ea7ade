"""What the router makes of every story: `python -m bench.stories [NAME...]`.

Prints a line a story, and below it in what the router and the engineer differ; exits with 1 where they do.
"""

import argparse
import sys

from bench.stories.judge import judge
from bench.stories.reading import names, story


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="stories; all of them unless named")
    chosen = parser.parse_args().names or names()
    right = 0
    for name in chosen:
        differences = judge(story(name))
        right += not differences
        print(f"{'ok   ' if not differences else 'WRONG'} {name}: {story(name).title}")
        for line in differences:
            print(f"        {line}")
    print(f"{right} of {len(chosen)} stories as the engineer says")
    sys.exit(right < len(chosen))


if __name__ == "__main__":
    main()
