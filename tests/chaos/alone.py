"""One client, in a process of its own whose system calls fail or are its last: a line for what it sends, and one for
what it is answered."""

import json
import random
import sys
from pathlib import Path

from app.services.core import settings
from app.web import create_app
from tests.chaos.office import OFFICERS, configured
from tests.chaos.requests import Clients

COMMANDS = 12


def main() -> None:
    config, tokens = configured(Path(sys.argv[1])), json.loads(sys.argv[2])
    database = settings.open_database(config)
    clients = Clients(create_app(config, database), database, tokens, random.Random(1))
    for number in range(1, COMMANDS + 1):
        request = clients.think_of("upload" if number % 3 == 0 else "start", number, OFFICERS[0])
        assert request is not None
        print(json.dumps({"begin": request.as_dict()}), flush=True)
        status, answer = clients.send(request)
        print(json.dumps({"answer": number, "status": status, "body": answer}), flush=True)


if __name__ == "__main__":
    main()
