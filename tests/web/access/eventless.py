"""Routes that change something, or hand out a file, and leave no event of the record; and why."""

from collections.abc import Mapping

_PREFERENCE = "how pages look to one person; no case, right or duty of anybody depends on it"
_REPORTERS = "the reporter closes his own page; nobody is to know that he looked"
_UNSENT = (
    "what is typed or uploaded and not sent is nobody's act yet: its author alone can open it, nothing in the case "
    "follows from it; the completion tells, with each file's hash"
)
_READ = "that one person has read what he was told; what he was told of has its own event"
_OWN_VIEW = "a view that one keeps for himself; one that a lane shares leaves an event"
_PRESENCE = "that a page is open somewhere, for a minute"
_TRIAL = "a trial or a survey, which touches no case"
_DRAFT = (
    "words of a draft that is in force nowhere, saved while it is typed; that it was begun, laid aside and published "
    "are events, and what is put in force is told with the hash of each file"
)

EVENTLESS: Mapping[str, str] = {
    "auth.language": _PREFERENCE,
    "notice_choices.store": _PREFERENCE,
    "saved_views.save": _OWN_VIEW,
    "tracking.leave": _REPORTERS,
    "api-api.api-files.upload": _UNSENT,
    "intake.drop_draft": _UNSENT,
    "intake.save_draft": _UNSENT,
    "intake.show_code": _UNSENT,
    "intake.similar": _UNSENT,
    "phone_photos.send": _UNSENT,
    "tasks.drop_draft": _UNSENT,
    "tasks.save_draft": _UNSENT,
    "notices.open_instance": _READ,
    "notices.open_task": _READ,
    "notices.read": _READ,
    "notices.read_all": _READ,
    "presence.here": _PRESENCE,
    "migration.forget_survey": _TRIAL,
    "migration.survey": _TRIAL,
    "sandbox.act": _TRIAL,
    "sandbox.begin": _TRIAL,
    "sandbox.go_back": _TRIAL,
    "sandbox.run_clock": _TRIAL,
    "studio_publishing.forget_survey": _TRIAL,
    "studio_publishing.survey": _TRIAL,
    "studio.bring_in": _DRAFT,
    "studio.new_form": _DRAFT,
    "studio.new_table": _DRAFT,
    "studio.remove": _DRAFT,
    "studio_editors.save": _DRAFT,
}

_PROCEDURE = "the procedure itself, which names no case and nobody"
_ATTACHMENT = (
    "one attachment, read by who may see its case, stands in the security log as a look at the case does; one with "
    "identity leaves identity_shown, and all of a case together case_file_taken"
)

#: Files that are handed out without an event, to somebody at least.
UNTOLD_FILES: Mapping[str, str] = {
    "definitions.file": _PROCEDURE,
    "proposals.file": _PROCEDURE,
    "sop_documents.docx": _PROCEDURE,
    "sop_documents.pdf": _PROCEDURE,
    "studio.download": _PROCEDURE,
    "files.download": _ATTACHMENT,
    "files.show": _ATTACHMENT,
    "public_numbers.as_csv": "figures that are open to everybody; who is signed in leaves an event all the same",
}
