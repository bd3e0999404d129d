"""``python -m app <command>``."""

import signal

if (
    signal.getsignal(signal.SIGINT) is signal.default_int_handler
):  # not ignored, as of a job in the background
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C ends without a list of what is being imported

from app.cli import main

main()
