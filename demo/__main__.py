"""Runs the outside world of a demo: `python -m demo`."""

import sys

from demo.outside import main

main(sys.argv[1:])
