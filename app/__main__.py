"""``python -m app <command>``."""

from app.cli import main

main()
