"""What is written to people about their accounts, in their own language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from babel.dates import format_date
from sqlalchemy.orm import Session

from tenants import mail
from tenants.clock import today
from tenants.database import actor_of
from tenants.deployment import settings_here
from tenants.identity.models import Staff
from tenants.rules import N_


def send_invitation(session: Session, staff: Staff, place: str, token: str, tenant_id: UUID | None) -> None:
    """Ask somebody to set a password and come in."""
    _send(
        session,
        staff,
        subject=N_("邀请您加入%(place)s的工作台"),
        text=N_(
            "%(name)s，您好：\n\n%(place)s邀请您使用%(product)s。请在 7 天内打开下面的链接，设置密码后即可登录。"
            "\n\n%(link)s\n\n如果您不认识邀请方，不必理会这封邮件。"
        ),
        action=N_("接受邀请"),
        path=f"/invitation/{token}",
        place=place,
        tenant_id=tenant_id,
    )


def send_offer(session: Session, staff: Staff, place: str, tenant_id: UUID | None) -> None:
    """Ask somebody who has an account whether they want to work for another place, too."""
    _send(
        session,
        staff,
        subject=N_("%(place)s邀请您加入"),
        text=N_(
            "%(name)s，您好：\n\n%(place)s邀请您任职。请在 7 天内登录%(product)s，在“我的账号”里接受或谢绝。"
            "\n\n%(link)s\n\n不接受就不会加入。"
        ),
        action=N_("查看邀请"),
        path="/account#offers",
        place=place,
        tenant_id=tenant_id,
    )


def send_roles_added(session: Session, staff: Staff, place: str, tenant_id: UUID | None, first: date) -> None:
    """Tell somebody that the place they work for gave them more roles, and from which day on."""
    _send(
        session,
        staff,
        subject=N_("您在%(place)s增加了角色"),
        text=N_(
            "%(name)s，您好：\n\n%(place)s给您增加了角色，立即生效。用原来的账号登录%(product)s即可。"
            "\n\n%(link)s"
        )
        if first <= today()
        else N_(
            "%(name)s，您好：\n\n%(place)s给您增加了角色，自%(day)s起生效。到时用原来的账号登录%(product)s即可。"
            "\n\n%(link)s"
        ),
        action=N_("去看看"),
        path="/",
        place=place,
        day=format_date(first, "long", locale=staff.locale),
        tenant_id=tenant_id,
    )


def send_reset(session: Session, staff: Staff, token: str) -> None:
    """A link with which to set a new password, for an hour."""
    _send(
        session,
        staff,
        subject=N_("重新设置密码"),
        text=N_(
            "%(name)s，您好：\n\n有人（应当是您自己）申请重新设置%(product)s的登录密码。请在 1 小时内打开下面的链接。"
            "\n\n%(link)s\n\n如果不是您本人申请，不必理会，密码不会改变。"
        ),
        action=N_("设置新密码"),
        path=f"/reset/{token}",
    )


def send_password_changed(session: Session, staff: Staff) -> None:
    """Tell the owner of an account that its password is another now."""
    _send(
        session,
        staff,
        subject=N_("您的密码已经更改"),
        text=N_(
            "%(name)s，您好：\n\n您在%(product)s的登录密码刚刚更改，其他设备已经退出登录。"
            "\n\n如果不是您本人操作，请立即重新设置密码，并告诉本单位管理员。\n\n%(link)s"
        ),
        action=N_("不是我，重新设置密码"),
        path="/forgot",
    )


def send_second_factor_reset(session: Session, staff: Staff, reason: str, token: str) -> None:
    """Tell the owner of an account that somebody had its second factor forgotten, and why; with a link to object."""
    _send(
        session,
        staff,
        subject=N_("您的两步验证已经重置"),
        text=N_(
            "%(name)s，您好：\n\n%(by)s重置了您在%(product)s的两步验证，所有设备都已退出登录。理由是："
            "\n\n%(reason)s\n\n如果是您请人办理的，请用密码登录，再重新设置两步验证。"
            "\n\n如果不是，请立即打开下面的链接锁定账号，工作组办公室会收到通知并与您联系。\n\n%(link)s"
        ),
        action=N_("不是我要求的，锁定账号"),
        path=f"/objection/{token}",
        by=actor_of(session).name or settings_here().district_name,
        reason=mail.quoted(reason),
    )


def send_objection(session: Session, to: Staff, about: Staff) -> None:
    """Tell the district office that somebody locked their account after a reset they did not ask for."""
    _send(
        session,
        to,
        subject=N_("%(who)s锁定了自己的账号"),
        text=N_(
            "%(name)s，您好：\n\n%(who)s（%(email)s）的两步验证被重置，本人表示没有请人办理，账号已经锁定。"
            "请与本人核实，再恢复账号。\n\n%(link)s"
        ),
        action=N_("查看账号"),
        path=f"/district/people/{about.id}",
        who=about.name,
        email=about.email,
    )


@dataclass(frozen=True)
class CodeWords:
    """What a one-time code is for, as its message says."""

    subject: str
    text: str


SIGN_IN_CODE = CodeWords(
    N_("登录验证码 %(code)s"),
    N_("%(code)s 是您登录%(product)s的验证码，10 分钟内有效。请不要告诉别人，工作人员不会向您索取。"),
)
MOVE_CODE = CodeWords(
    N_("更换邮箱或手机号的验证码 %(code)s"),
    N_(
        "%(code)s 用于把%(product)s的一个账号改用这个邮箱或手机号，10 分钟内有效。"
        "如果不是您本人操作，请不要告诉别人，工作人员不会向您索取。"
    ),
)
LEAVE_CODE = CodeWords(
    N_("注销账号的验证码 %(code)s"),
    N_(
        "%(code)s 用于注销您在%(product)s的账号，10 分钟内有效，填写后账号即被删除。"
        "如果不是您本人操作，请不要告诉别人，工作人员不会向您索取。"
    ),
)


def send_code(session: Session, address: str, code: str, locale: str, words: CodeWords) -> None:
    """A resident's one-time code, by mail or by text message."""
    _send_to_resident(session, address, subject=words.subject, text=words.text, locale=locale, code=code)


def send_moved(session: Session, former: str, present: str, locale: str) -> None:
    """Tell a resident at the address they had that the account now has another."""
    _send_to_resident(
        session,
        former,
        subject=N_("您的账号换了邮箱或手机号"),
        text=N_("您在%(product)s的账号已经改用 %(present)s 登录和接收通知。如果不是您本人操作，请联系我们。"),
        locale=locale,
        present=present,
    )


def _send_to_resident(
    session: Session, address: str, *, subject: str, text: str, locale: str, **values: str
) -> None:
    values["product"] = settings_here().product_name
    if "@" in address:
        mail.enqueue(session, to=address, subject=subject, text=text, values=values, locale=locale)
    elif address:
        mail.enqueue_sms(session, to=address, text=text, values=values, locale=locale)


def _send(
    session: Session,
    staff: Staff,
    *,
    subject: str,
    text: str,
    action: str,
    path: str,
    tenant_id: UUID | None = None,
    **more: str,
) -> None:
    values = more | {
        "name": staff.name,
        "product": settings_here().product_name,
        "link": f"{settings_here().workspace_address}{path}",
    }
    mail.enqueue(
        session,
        to=staff.email,
        subject=subject,
        text=text,
        action=action,
        values=values,
        locale=staff.locale,
        tenant_id=tenant_id,
    )
