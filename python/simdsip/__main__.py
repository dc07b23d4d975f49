"""The command `simdsip`: `python -m simdsip`."""

import signal
import sys

from ._simdsip import command


def main() -> int:
    """Run the command with the arguments of this process."""
    # Ctrl-C ends it as it ends any other command; it writes nothing that would be left half done.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return command(["simdsip", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
