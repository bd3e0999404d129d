"""Work that is no request, in the hands of administrators."""

from app.commands.transaction import by_actor, command_of
from app.services.core import rights
from app.services.maintenance import work

try_again = command_of(work.try_again, allowed=by_actor(rights.require_administrator))
