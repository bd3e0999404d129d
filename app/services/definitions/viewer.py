"""A diagram for the viewer in the browser, which reads UTF-8 alone."""

import re
from io import BytesIO

from app.engine import xml
from app.services.definitions.definitions import Version

_ANOTHER = re.compile(
    rb"""(?:\xef\xbb\xbf)?\s*<\?xml\s[^>]*?encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE
)


def in_utf8(version: Version) -> bytes:
    """Return the diagram as it was deployed, or its elements written anew when its file has another encoding."""
    content = version.xml
    if b"\0" not in content and not _ANOTHER.match(content):
        return content
    made = BytesIO()
    xml.parse(content).getroottree().write(made, encoding="UTF-8", xml_declaration=True)
    return made.getvalue()
