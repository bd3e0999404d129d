"""One client, in a process of its own whose system calls fail: it says what it sent, and what was answered."""

import json
import random
import sys
from pathlib import Path

from app.services.core import settings
from app.web import create_app
from tests.chaos.office import OFFICERS, configured
from tests.chaos.requests import Clients


def main() -> None:
    config, tokens = configured(Path(sys.argv[1])), json.loads(sys.argv[2])
    database = settings.open_database(config)
    clients = Clients(create_app(config, database), database, tokens, random.Random(1))
    said = []
    for number in range(1, 13):
        request = clients.think_of("upload" if number % 3 == 0 else "start", number, OFFICERS[0])
        status, answer = clients.send(request)
        said.append({"request": request.as_dict(), "status": status, "answer": answer})
    print(json.dumps(said))


if __name__ == "__main__":
    main()
