"""What an element without a name is called: by its kind and by what stands beside it, in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.base.i18n import N_, Said, _

_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("task", "manualTask", "userTask"), N_("tugas")),
    "sendTask": N_("tugas kirim"),
    "receiveTask": N_("tugas terima"),
    "serviceTask": N_("tugas layanan"),
    "businessRuleTask": N_("tugas aturan"),
    "scriptTask": N_("tugas skrip"),
    "callActivity": N_("panggilan proses"),
    "subProcess": N_("subproses"),
    "transaction": N_("transaksi"),
    "adHocSubProcess": N_("subproses ad hoc"),
    "exclusiveGateway": N_("gerbang eksklusif"),
    "inclusiveGateway": N_("gerbang inklusif"),
    "parallelGateway": N_("gerbang paralel"),
    "complexGateway": N_("gerbang kompleks"),
    "eventBasedGateway": N_("gerbang kejadian"),
    "startEvent": N_("kejadian mulai"),
    "endEvent": N_("kejadian akhir"),
    "boundaryEvent": N_("kejadian tepi"),
    "intermediateCatchEvent": N_("kejadian antara"),
    "intermediateThrowEvent": N_("kejadian antara"),
}
_FORMS = {
    "from_to": N_("panah dari {source} ke {target}"),
    "from": N_("panah dari {source}"),
    "to": N_("panah ke {target}"),
    "on": N_("{kind} pada “{name}”"),
    "after": N_("{kind} sesudah “{name}”"),
    "before": N_("{kind} sebelum “{name}”"),
    "alone": N_("{kind} tanpa nama"),
}
#: So many steps are passed on the way to one with a name.
_FARTHEST = 20


def is_description(text: str) -> bool:
    """Whether `Surroundings` made a text, which then needs no quotation marks."""
    return isinstance(text, Said) and text.message in _FORMS.values()


@dataclass(frozen=True)
class Surroundings:
    """What elements are called by, each by its id: their kinds as BPMN has them, their names, and where arrows lead.

    ``hosts``: the activity that an event sits on.
    """

    tags: Mapping[str, str]
    names: Mapping[str, str]
    before: Mapping[str, Sequence[str]]
    after: Mapping[str, Sequence[str]]
    hosts: Mapping[str, str] = field(default_factory=dict)

    def called(self, element_id: str) -> str:
        """The name of a step, else its kind and place; "" for what is no step."""
        element_id = element_id.partition(":")[0] if element_id not in self.tags else element_id
        return self.names.get(element_id) or self._described(element_id)

    def arrow(self, source: str, target: str) -> str:
        """What an arrow without a name is called."""
        ends = {"source": self.called(source) or source, "target": self.called(target) or target}
        ends = {which: name if is_description(name) else f"“{name}”" for which, name in ends.items() if name}
        return _(_FORMS["from_to" if len(ends) == 2 else "from" if "source" in ends else "to"], **ends)

    def _described(self, element_id: str) -> str:
        kind = _KINDS.get(self.tags.get(element_id, ""))
        if kind is None:
            return ""
        places = {
            "on": self.names.get(self.hosts.get(element_id, ""), ""),
            "after": self._nearest(element_id, self.before),
            "before": self._nearest(element_id, self.after),
        }
        form = next((one for one, name in places.items() if name), "alone")
        return _(_FORMS[form], kind=_(kind), name=places.get(form, ""))

    def _nearest(self, element_id: str, way: Mapping[str, Sequence[str]]) -> str:
        waiting = [element_id]
        for one in waiting:
            if one != element_id and (name := self.names.get(one)):
                return name
            if len(waiting) < _FARTHEST:
                beside = [*way.get(one, ()), *filter(None, [self.hosts.get(one, "")])]
                waiting += [each for each in beside if each not in waiting]
        return ""
