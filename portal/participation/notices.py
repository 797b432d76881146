"""What residents are told of their comments at every step: by mail, or by text message who gave a phone number only.

One click in any of these mails ends them; a text message leads to the account's page, where they are ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from babel.dates import format_date
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.participation.models import Comment
from portal.participation.policy import Fate
from portal.participation.texts import PUBLICATION, VERSION, P, V
from portal.participation.words import FATES
from tenants import clock
from tenants.deployment import settings_here
from tenants.identity.models import Resident, Tenant
from tenants.mail import letter, service
from tenants.rules import N_

#: What happened longer ago is no news (records entered later, demonstration data).
NEWS = timedelta(days=1)


class Notice(StrEnum):
    """What a mail tells."""

    RECEIVED = "received"
    HELD = "held"
    SHOWN = "shown"
    ANSWERED = "answered"
    FATE = "fate"
    HIDDEN = "hidden"
    GRANTED = "granted"  # an appeal: the comment is shown again
    UPHELD = "upheld"  # an appeal: it stays hidden


#: Subject and first sentence of each.
_SAYS: dict[Notice, tuple[str, str]] = {
    Notice.RECEIVED: (
        N_("您的意见已经收到"),
        N_("您在《%(title)s》下的意见已经公开展示，%(tenant)s会研究并答复。"),
    ),
    Notice.HELD: (
        N_("您的意见已经收到，等待审核"),
        N_("您在《%(title)s》下的意见已经收到。%(tenant)s审核以后，大家就能看到。"),
    ),
    Notice.SHOWN: (N_("您的意见已经公开展示"), N_("您在《%(title)s》下的意见通过了审核，大家都能看到了。")),
    Notice.ANSWERED: (N_("%(tenant)s答复了您的意见"), N_("%(tenant)s答复了您在《%(title)s》下的意见。")),
    Notice.FATE: (N_("您的意见有了新进展：%(fate)s"), N_("您在《%(title)s》下的意见有了新进展：%(fate)s。")),
    Notice.HIDDEN: (
        N_("您的意见没有公开展示"),
        N_("您在《%(title)s》下的意见没有公开展示。理由是："),
    ),
    Notice.GRANTED: (
        N_("您的申诉有了结果：恢复展示"),
        N_("您的申诉成立。您在《%(title)s》下的意见已经恢复展示。"),
    ),
    Notice.UPHELD: (
        N_("您的申诉有了结果：维持原来的处理"),
        N_("%(tenant)s重新看过您在《%(title)s》下的意见，维持不公开展示。理由是："),
    ),
}

#: What a text message need not repeat: the page has just said it to the resident.
_SEEN_AT_ONCE = frozenset({Notice.RECEIVED, Notice.HELD})
_TEXT_MESSAGE = N_("【%(product)s】%(news)s。查看：%(link)s 关闭提醒：%(account)s")


def tell(
    session: Session,
    comment: Comment,
    notice: Notice,
    at: datetime,
    *,
    answer: str = "",
    with_fate: bool = False,
) -> None:
    """Queue the message about what just happened to `comment`, unless its author wants none.

    In the transaction of the change. The workspace sees the residents who commented in its tenant, a resident themself.
    """
    if clock.now() - at > NEWS or comment.resident_id is None:
        return
    resident = session.execute(
        select(Resident.email, Resident.phone, Resident.notify, Resident.locale, Resident.display_name).where(
            Resident.id == comment.resident_id, Resident.deleted_at.is_(None)
        )
    ).one_or_none()
    if resident is None or not resident.notify:
        return
    place = session.execute(
        select(Tenant.name, V.title)
        .select_from(PUBLICATION)
        .join(Tenant, Tenant.id == P.tenant_id)
        .outerjoin(VERSION, V.id == P.live_id)
        .where(P.id == comment.publication_id)
    ).one()
    words = _Words(resident.locale, place.name, place.title, comment)
    subject, _ = _SAYS[notice]
    address = settings_here().public_address
    link = f"{address}/comments/{comment.id}"
    dedupe_key = f"comment:{comment.id}:{notice.value}:{comment.version}"
    if not resident.email:
        if resident.phone and notice not in _SEEN_AT_ONCE:
            text_message(
                session,
                resident.phone,
                words.say(subject),
                link,
                resident.locale,
                tenant_id=comment.tenant_id,
                dedupe_key=dedupe_key,
            )
        return
    service.enqueue(
        session,
        to=resident.email,
        subject=words.say(subject),
        text="\n\n".join(
            [
                words.say(N_("%(name)s，您好："), name=resident.display_name),
                *words.paragraphs(notice, answer, with_fate=with_fate),
                link,
            ]
        ),
        action=N_("查看这条意见"),
        locale=resident.locale,
        tenant_id=comment.tenant_id,
        unsubscribe_url=f"{address}/unsubscribe/{unsubscribe_token(comment.resident_id)}",
        dedupe_key=dedupe_key,
    )


def text_message(
    session: Session,
    phone: str,
    news: str,
    link: str,
    locale: str,
    *,
    dedupe_key: str,
    tenant_id: UUID | None = None,
) -> None:
    """Queue a short message for a resident without an e-mail address: the news, where to read it, where to end it."""
    values = {
        "product": settings_here().product_name,
        "news": news,
        "link": link,
        "account": f"{settings_here().public_address}/account",
    }
    service.enqueue_sms(
        session,
        to=phone,
        text=_TEXT_MESSAGE,
        values=values,
        locale=locale,
        tenant_id=tenant_id,
        dedupe_key=dedupe_key,
    )


class _Words:
    """The sentences of one letter, in the language of whoever reads it."""

    def __init__(self, locale: str, tenant: str, title: str | None, comment: Comment) -> None:
        self.locale, self.comment = locale, comment
        self.values = {
            "tenant": tenant,
            "title": title or letter.translated(N_("一篇已撤下的内容"), {}, locale),
            "fate": letter.translated(FATES[Fate(comment.fate)], {}, locale),
            "product": settings_here().product_name,
        }

    def say(self, sentence: str, **more: str) -> str:
        return letter.translated(sentence, self.values | more, self.locale)

    def paragraphs(self, notice: Notice, answer: str, *, with_fate: bool) -> Iterator[str]:
        """What happened, why, the resident's own words, and what can be done now."""
        comment = self.comment
        yield self.say(_SAYS[notice][1])
        if notice in (Notice.HIDDEN, Notice.UPHELD) and comment.moderation_reason:
            yield _quoted(comment.moderation_reason)
        if answer:
            yield _quoted(answer)
        if with_fate:
            yield self.say(N_("办理结果：%(fate)s。"))
        if (with_fate or notice is Notice.FATE) and comment.fate_reason:
            yield self.say(N_("说明："))
            yield _quoted(comment.fate_reason)
        yield self.say(N_("您的意见是："))
        yield _quoted(comment.body)
        if notice in (Notice.RECEIVED, Notice.HELD) and comment.due_on:
            yield self.say(N_("我们会在%(day)s前答复您。"), day=_day(comment.due_on, self.locale))
        if notice is Notice.HIDDEN:
            yield self.say(N_("如果您认为处理不当，可以在“我的意见”里申诉一次。"))


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))


def _day(day: date, locale: str) -> str:
    return str(format_date(day, "long", locale="en" if locale.startswith("en") else "zh_Hans_CN"))


def unsubscribe_token(resident_id: UUID) -> str:
    """The signed end of the address that ends a resident's mails; good for ever, good for nothing else."""
    return _serializer().dumps(resident_id.hex)


def resident_of(token: str) -> UUID | None:
    """Whose mails this token ends; None when it was not made by `unsubscribe_token`."""
    try:
        return UUID(_serializer().loads(token))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(settings_here().signing_key, salt="stop notices about comments")
