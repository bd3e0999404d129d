"""``python -m app <command>``."""

import gc
import signal

if (
    signal.getsignal(signal.SIGINT) is signal.default_int_handler
):  # not ignored, as of a job in the background
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C ends without a list of what is being imported

gc.disable()

# What is being imported is no garbage: looking for some takes a sixth of the time in which a command starts.
from app.cli import main  # noqa: E402

gc.freeze()
gc.enable()
main()
