"""Work over the rows of many cases, where a row that cannot be read may hold up no other."""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from app.base import log_safety
from app.base.errors import NotReady

logger = logging.getLogger(__name__)
_Key = TypeVar("_Key")
_Found = TypeVar("_Found")


def apart(
    keys: Iterable[_Key], read: Callable[[Sequence[_Key]], Sequence[_Found]], what: str
) -> tuple[list[_Found], list[_Key]]:
    """What ``read`` finds of all keys at once; where it fails, of each by itself; and the keys at which it fails:
    these are logged, as of ``what``.

    Raises:
        SQLAlchemyError: of the database, which is no fault of a row. NotReady: likewise.
    """
    keys = list(keys)
    found, failed = list[_Found](), list[_Key]()
    try:
        return list(read(keys)), failed
    except (SQLAlchemyError, NotReady):
        raise
    except Exception:  # a row of one of them cannot be read: which one is found out next
        logger.warning("%s are read each by itself", what)
    for key in keys:
        try:
            found += read([key])
        except (SQLAlchemyError, NotReady):
            raise
        except Exception:
            log_safety.log_fault(logger, "%s: %s", what, key)
            failed.append(key)
    return found, failed
