"""Rights that concern the installation itself. Who may see and work on cases is in `access`."""

from sqlalchemy.orm import joinedload

from app.base.errors import NotAllowed
from app.base.i18n import _
from app.models import User
from app.services.core.access import Actor

#: Load a user with all that `access.actor_of` reads, in the same SQL statement.
WITH_MEMBERSHIPS = (joinedload(User.groups), joinedload(User.units))


def require_administrator(actor: Actor | None) -> None:
    """Refuse everyone but administrators; no actor means the commands of the machine itself.

    Raises:
        NotAllowed: the actor is no administrator, or an auditor.
    """
    if actor is not None and actor.is_admin:
        require_not_auditor(actor)
    elif actor is not None:
        raise NotAllowed(_("Hanya administrator yang dapat melakukan ini."))


def require_overseer(actor: Actor) -> None:
    """Refuse whoever does not see every case: how the installation is may be read by those who do.

    Raises:
        NotAllowed: he is no administrator, process owner or auditor.
    """
    if not actor.sees_all:
        raise NotAllowed(_("Ini dibaca administrator, pemilik proses, dan auditor."))


def require_not_auditor(actor: Actor) -> None:
    """Refuse auditors, who read everything and change nothing, whatever else they are.

    Raises:
        NotAllowed: the actor is an auditor.
    """
    if actor.is_auditor:
        raise NotAllowed(_("Auditor membaca semuanya dan tidak mengubah apa pun."))
