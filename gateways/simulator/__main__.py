"""`python -m gateways.simulator`."""

import sys

from gateways.simulator.command_line import main

if __name__ == "__main__":
    sys.exit(main())
