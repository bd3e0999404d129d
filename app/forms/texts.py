"""Rules about texts, counted as a browser counts."""

import re

#: What ``String.prototype.trim`` of a browser removes.
_BLANKS = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)

#: Source: HTML Living Standard, "valid e-mail address"; form-js uses the same.
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_EMAIL = re.compile(rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*")

#: Country calling codes by zone (ITU-T E.164).
_COUNTRY = (
    r"1|2(?:0|1[1-368]|[23]\d|4[0-689]|5[0-8]|6\d|7|9[1789])|3(?:[0-469]|[57]\d|8[0-35-79])|4(?:[013-9]|2[013])"
    r"|5(?:[1-8]|0\d|9[0-8]|999)|6(?:[0-6]|7[02-9]|8[0-35-9]|9[0-2])|7[67]?|8(?:[1246]|5[02356]|8[06])"
    r"|9(?:[0-58]|6[0-8]|7[0-7]|9[2-68])"
)
#: form-js asks for one more group, which no number that starts with 0 fits, before the last 4 to 20 digits.
_GROUP = (
    r"1|2[07]|2[1-689]\d|3[0-469]|3[578]\d|4[013-9]|42\d|5[1-8]|5[09]\d|6[0-6]|6[789]\d|7|8[1246]|8[035789]\d"
    r"|9[0-58]|9[679]\d"
)
_PHONE = re.compile(rf"(?:\+|00)(?:{_COUNTRY})(?:{_GROUP})\d{{4,20}}\Z", re.ASCII)


def trimmed(text: str) -> str:
    """Return ``text`` without blanks around it, as a browser's ``trim`` does."""
    return text.strip(_BLANKS)


def length(text: str) -> int:
    """Return the length of the trimmed text in UTF-16 units, which is how JavaScript counts: an emoji is 2."""
    return len(trimmed(text).encode("utf-16-le", "surrogatepass")) // 2


def is_email(text: str) -> bool:
    """Whether ``text`` is an e-mail address by the HTML standard."""
    return len(text) <= 320 and _EMAIL.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Whether ``text`` ends in an international number (+62…, 0062…), as form-js checks it."""
    return _PHONE.search(text) is not None
