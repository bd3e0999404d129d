"""Routes that change something and leave no event of the record, and why."""

from collections.abc import Mapping

_SESSION = "signing in and out, and the session's own settings, stand in the security log"
_UNSENT = "what is typed or uploaded and not sent is nobody's act yet; the completion tells"
_OWN = "a convenience of one person that changes no case; commands stand in the security log"
_WORKER = (
    "asks the worker, whose work on each case or user leaves the events; who asked stands in the security log"
)
_TRIAL = "a trial or a survey, which touches no case"
_DRAFT = "a draft in force nowhere; it keeps its own versions, and what is published tells"

EVENTLESS: Mapping[str, str] = {
    "auth.end_sessions": _SESSION,
    "auth.enter": _SESSION,
    "auth.language": _SESSION,
    "auth.sign_out": _SESSION,
    "tracking.leave": _SESSION,
    "users.end_sessions": _SESSION,
    "api-api.api-files.upload": _UNSENT,
    "intake.drop_draft": _UNSENT,
    "intake.save_draft": _UNSENT,
    "intake.similar": _UNSENT,
    "phone_photos.send": _UNSENT,
    "tasks.drop_draft": _UNSENT,
    "tasks.save_draft": _UNSENT,
    "casefile.follow": _OWN,
    "intake.show_code": _OWN,
    "notice_choices.store": _OWN,
    "notices.open_instance": _OWN,
    "notices.open_task": _OWN,
    "notices.read": _OWN,
    "notices.read_all": _OWN,
    "presence.here": _OWN,
    "reply_templates.remove": _OWN,
    "reply_templates.save": _OWN,
    "saved_views.change": _OWN,
    "saved_views.save": _OWN,
    "snoozing.snooze": _OWN,
    "snoozing.wake": _OWN,
    "channels.send_again": _WORKER,
    "channels.send_message_again": _WORKER,
    "days_off.begin_recount": _WORKER,
    "imports.add": _WORKER,
    "imports.begin": _WORKER,
    "imports.choose_values": _WORKER,
    "imports.resume": _WORKER,
    "mail.lay_aside": _WORKER,
    "migration.begin": _WORKER,
    "migration.resume": _WORKER,
    "migration.take_back": _WORKER,
    "retention.act": _WORKER,
    "rosters.add": _WORKER,
    "rosters.begin": _WORKER,
    "rosters.put_away": _WORKER,
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
    "studio.publish": _DRAFT,
    "studio.remove": _DRAFT,
    "studio_editors.save": _DRAFT,
}
