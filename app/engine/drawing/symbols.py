"""The small signs of BPMN, as paths of our own. Each is centred on 0,0 unless it says otherwise."""

import math


def _gear(teeth: int = 8, outer: float = 7.6, inner: float = 5.4) -> str:
    corners = []
    for tooth in range(teeth):
        for share, radius in ((0.0, inner), (0.12, outer), (0.38, outer), (0.5, inner)):
            angle = 2 * math.pi * (tooth + share) / teeth
            corners.append(f"{radius * math.cos(angle):.2f} {radius * math.sin(angle):.2f}")
    return "M" + "L".join(corners) + "Z" + "M-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0Z"


#: In the upper left corner of a task, 16 by 16.
TASK = {
    "userTask": (
        "M0 .2a3.3 3.3 0 1 0 0-6.8a3.3 3.3 0 0 0 0 6.8M-6.7 7.2C-6.7 3.6-3.9 1.9 0 1.9S6.7 3.6 6.7 7.2Z"
    ),
    "manualTask": (
        "M-7-.6L-2.6-5C-1.8-5.8-.6-4.8-1.1-3.9L-2.2-2.1H4.9C6.2-2.1 6.2-.3 4.9-.3"
        "H1.2H6.3C7.5-.3 7.5 1.5 6.3 1.5H1.2H5.5C6.7 1.5 6.7 3.2 5.5 3.2"
        "H1H4.1C5.2 3.2 5.2 4.9 4.1 4.9H-3.4C-5.6 4.9-7 3.7-7 1.9Z"
    ),
    "sendTask": "M-7.4-5.2H7.4L0 .4ZM-7.4-3.5V5.2H7.4V-3.5L0 2.2Z",
    "receiveTask": "M-7-4.8H7V4.8H-7ZM-7-4.8L0 .8L7-4.8",
    "serviceTask": _gear(),
    "businessRuleTask": "M-7-5.4H7V5.4H-7ZM-7-2H7M-7 1.7H7M-2.4-2V5.4",
    "scriptTask": (
        "M-3.4-6.8H5.4C2.4-4.6 6.6 2.4 3.6 6.8H-5.4C-2.4 2.4-6.4-4.6-3.4-6.8"
        "M-2.4-3.4H2.6M-1.9 0H3.1M-1.2 3.4H3.6"
    ),
}
SOLID_TASKS = frozenset({"sendTask"})

#: Inside an event of radius 18.
EVENT = {
    "timer": (
        "M-10.4 0a10.4 10.4 0 1 0 20.8 0a10.4 10.4 0 1 0-20.8 0"
        "M0-6.6V0L4.2 2.6M0-10.4V-8.4M0 10.4V8.4M-10.4 0H-8.4M10.4 0H8.4"
    ),
    "message": "M-8.6-5.8H8.6V5.8H-8.6ZM-8.6-5.8L0 1.2L8.6-5.8",
    "signal": "M0-8.8L8.6 6H-8.6Z",
    "error": "M-8.4 7.4L-3.2-6.4L2.4 1.2L8.4-7.4L3.2 6.4L-2.4-1.2Z",
    "escalation": "M0-9L6.8 8L0 1.4L-6.8 8Z",
    "conditional": "M-6.4-8.2H6.4V8.2H-6.4ZM-3.8-4.8H3.8M-3.8-1.6H3.8M-3.8 1.6H3.8M-3.8 4.8H3.8",
    "link": "M-8.4-3.2H1.6V-7L9 0L1.6 7V3.2H-8.4Z",
    "cancel": (
        "M-5.8-8.2L0-2.4L5.8-8.2L8.2-5.8L2.4 0L8.2 5.8L5.8 8.2L0 2.4L-5.8 8.2L-8.2 5.8L-2.4 0L-8.2-5.8Z"
    ),
    "compensate": "M-.6-5.8V5.8L-8.4 0ZM7.2-5.8V5.8L-.6 0Z",
    "multiple": "M0-9L8.6-2.8L5.3 7.3H-5.3L-8.6-2.8Z",
    "parallel": "M-2.4-8.2H2.4V-2.4H8.2V2.4H2.4V8.2H-2.4V2.4H-8.2V-2.4H-2.4Z",
    "terminate": "M-9.4 0a9.4 9.4 0 1 0 18.8 0a9.4 9.4 0 1 0-18.8 0",
}
#: Signs that need another drawing when they are solid.
SOLID_EVENT = {"message": "M-8.8-6.2H8.8L0 .6ZM-8.8-4.3V6.2H8.8V-4.3L0 2.6Z"}

#: Inside a gateway of 50 by 50.
GATEWAY = {
    "exclusiveGateway": "M-7.5-7.5L7.5 7.5M7.5-7.5L-7.5 7.5",
    "parallelGateway": "M0-11V11M-11 0H11",
    "inclusiveGateway": "M-10 0a10 10 0 1 0 20 0a10 10 0 1 0-20 0",
    "complexGateway": "M0-11V11M-11 0H11M-7.6-7.6L7.6 7.6M7.6-7.6L-7.6 7.6",
    "eventBasedGateway": (
        "M-13.4 0a13.4 13.4 0 1 0 26.8 0a13.4 13.4 0 1 0-26.8 0M-11 0a11 11 0 1 0 22 0a11 11 0 1 0-22 0"
        "M0-6.6L6.3-2L3.9 5.3H-3.9L-6.3-2Z"
    ),
    "eventBasedGateway parallel": (
        "M-13.4 0a13.4 13.4 0 1 0 26.8 0a13.4 13.4 0 1 0-26.8 0M-2-7.6H2V-2H7.6V2H2V7.6H-2V2H-7.6V-2H-2Z"
    ),
}
#: Gateway signs made of thin lines; the others are thick.
THIN_GATEWAYS = frozenset({"eventBasedGateway"})

#: At the foot of a task or sub-process, 12 by 12.
MARK = {
    "collapsed": "M-6-6H6V6H-6ZM0-3.6V3.6M-3.6 0H3.6",
    "loop": "M-2.6 4.9A5.2 5.2 0 1 1 2.2 5M-6 5.4H-2.2V1.6",
    "multi": "M-4-5V5M0-5V5M4-5V5",
    "sequential": "M-5-4H5M-5 0H5M-5 4H5",
    "compensation": "M-.5-4.6V4.6L-6.2 0ZM5.6-4.6V4.6L-.1 0Z",
    "adhoc": "M-6 1.6C-4-4 -1.4-2 0 0S4 4 6-1.6",
}

#: In the badge of a state, 10 by 10: a tick, a dot, an exclamation mark; of a difference: a plus, a minus, a pencil,
#: an arrow both ways.
STATE = {
    "done": '<path class="mark" d="M-3.6 .2L-1.1 2.8L3.7-2.8"/>',
    "open": '<circle class="mark dot" r="3.2"/>',
    "overdue": '<path class="mark" d="M0-4V.9M0 3.7V3.9"/>',
    "added": '<path class="mark" d="M0-4V4M-4 0H4"/>',
    "removed": '<path class="mark" d="M-4 0H4"/>',
    "changed": '<path class="mark" d="M-3.8 3.8L-3.2 1.2L2.2-4.2L4.2-2.2L-1.2 3.2Z"/>',
    "moved": '<path class="mark" d="M-4.4 0H4.4M-2.2-2.4L-4.6 0L-2.2 2.4M2.2-2.4L4.6 0L2.2 2.4"/>',
}
