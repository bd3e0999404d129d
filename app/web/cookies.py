"""Cookies of pages, kept and dropped. Over https each is bound to this host: no other host can plant or get one."""

from datetime import timedelta

from werkzeug.wrappers import Response

from app.web import context

#: For how long a browser keeps how somebody likes pages.
A_YEAR = timedelta(days=365)


def put(
    response: Response,
    name: str,
    value: str,
    *,
    max_age: int | timedelta,
    path: str = "/",
    samesite: str = "Lax",
    script: bool = False,
) -> None:
    """Let the browser keep ``value``. ``path`` narrows it where there is no https; ``script``: modules read it."""
    response.set_cookie(
        context.cookie_name(name),
        value,
        max_age=max_age,
        path=_path(path),
        secure=context.over_https(),
        httponly=not script,
        samesite=samesite,
    )


def drop(response: Response, name: str, *, path: str = "/", samesite: str = "Lax") -> None:
    """Let the browser forget it."""
    response.delete_cookie(
        context.cookie_name(name),
        path=_path(path),
        secure=context.over_https(),
        httponly=True,
        samesite=samesite,
    )


def clear_site(response: Response) -> None:
    """Let the browser drop what else it holds of this site, copies of pages above all: somebody else may sit there
    next. Not its cookies, which go one by one: the sentence about having left is in one of them.
    """
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def _path(path: str) -> str:
    """A cookie that is bound to the host is one for all of it."""
    return "/" if context.over_https() else path
