"""Something of everything that channels keep, for tests of all pages."""

from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import ProcessInstance, ReporterNotice, Webhook, WebhookDelivery, Work
from app.services.channels import incoming, webhooks
from app.services.channels.mail_reading import Mail
from app.services.channels.mailbox import Place
from app.services.core import clock, encryption


def plant(session: Session, mail: Mapping[str, str], *, mails: int = 1) -> None:
    """A webhook that is told of all that happened, one delivery of it failed; an SMS that failed; and mails."""
    now = clock.now(session)
    webhook = Webhook(
        name="Pusat data",
        url="https://pusat.example.go.id/alur",
        events=list(webhooks.CODES),
        secret=encryption.seal(session, "rahasia"),
        after_event=0,
        added_at=now,
    )
    session.add(webhook)
    session.flush()
    told = webhooks.untold(session, 0)
    webhooks.queue(session, told)
    for row in session.scalars(select(WebhookDelivery)):  # nothing is sent while pages are looked at
        row.state, row.done_at, row.attempts = "sent", now, 1
        row.status = 200
    session.execute(delete(Work).where(Work.kind == webhooks.DELIVERIES.name))
    first = session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)).first()
    assert first is not None
    first.state, first.status, first.error, first.attempts = "failed", None, "no_answer", 7
    case = session.scalars(select(ProcessInstance).order_by(ProcessInstance.id)).first()
    assert case is not None
    for number, (state, error) in enumerate((("failed", "http_400"), ("unknown", "too_slow"), ("sent", ""))):
        session.add(
            ReporterNotice(
                instance_id=case.id,
                code="wrote",
                about=str(number),
                state=state,
                attempts=1,
                queued_at=now,
                done_at=now,
                error=error,
            )
        )
    for number in range(1, mails + 1):
        read = Mail(f"<{number}@x>", attachments=[("foto jalan.jpg", 482_113)], **mail)
        incoming.take(session, read, Place(1, number))
