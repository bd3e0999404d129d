"""The tests.

Processes that they start load the product's modules as compiled by the first of them, whatever the environment says:
compiling all anew takes a quarter to a half of the time in which a command starts.
"""

import os
import sys

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
