"""Messages to the reporter, webhooks, mails that came in."""

from collections.abc import Sequence
from typing import Any

from app.base.i18n import N_, _
from app.history.catalogue import MESSAGES, OFFICE, Entry, Event, InstanceEvent, event
from app.history.sentences import Sentence, say
from app.history.vocabulary import Vocabulary

_TOLD = {
    "wrote": N_("Pelapor diberi tahu lewat SMS bahwa petugas menulis pesan"),
    "wanted": N_("Pelapor diberi tahu lewat SMS bahwa datanya diminta"),
    "ended": N_("Pelapor diberi tahu lewat SMS bahwa laporannya berakhir"),
}


@event("reporter_notified", MESSAGES, N_("Pelapor diberi tahu"))
class ReporterNotified(InstanceEvent):
    """The reporter was told something outside of his page. ``channel``: sms; ``code``: wrote, wanted or ended."""

    outlasts_undo = True
    channel: str
    code: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        return Sentence("note", say(_TOLD.get(self.code, N_("Pelapor diberi tahu lewat SMS"))))


@event("notice_repeated", MESSAGES, N_("Pemberitahuan dikirim sekali lagi"))
class NoticeRepeated(InstanceEvent):
    """An administrator let a message to the reporter be sent once more. ``notice``: the id of its row."""

    sentence = "note", N_("Pesan kepada pelapor dikirim sekali lagi")
    outlasts_undo = True
    notice: int
    channel: str
    code: str


@event("webhook_added", OFFICE, N_("Webhook ditambahkan"))
class WebhookAdded(Event):
    """Another system is told of events. ``events``: their codes. Its address is not told: it may hold a secret."""

    webhook: int
    name: str
    events: Sequence[str]

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        lines = ((_("Kejadian"), ", ".join(self.events)),)
        return Sentence("note", say(N_("Webhook {name} ditambahkan"), name=self.name), lines=lines)


_WEBHOOK = {
    "secret": N_("Rahasia webhook {name} dibuat baru"),
    "off": N_("Webhook {name} dimatikan"),
    "on": N_("Webhook {name} dinyalakan"),
}


@event("webhook_changed", OFFICE, N_("Webhook diubah"))
class WebhookChanged(Event):
    """A webhook got another secret, or was turned off or on. ``change``: secret, off or on."""

    webhook: int
    name: str
    change: str

    def describe(self, entry: Entry[Any], vocabulary: Vocabulary) -> Sentence:
        message = _WEBHOOK.get(self.change, N_("Webhook {name} diubah"))
        return Sentence("note", say(message, name=self.name))


@event("delivery_repeated", OFFICE, N_("Kiriman webhook diulang"))
class DeliveryRepeated(Event):
    """A ``delivery`` to a webhook is sent once more, under its own number."""

    sentence = "note", N_("Pengiriman {delivery} ke webhook {name} diulang")
    webhook: int
    name: str
    delivery: int


@event("mail_laid_aside", OFFICE, N_("Surat masuk disingkirkan"))
class MailLaidAside(Event):
    """Nothing follows from a mail that came in, for a ``reason``."""

    sentence = "cancelled", N_("Surat masuk {mail} dikesampingkan")
    mail: int
    reason: str
