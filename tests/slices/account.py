"""Accounts: a live session of somebody else's, and browsers at each step of signing in and of one's own account."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pyotp

from tenants.identity import new_passwords, residents, second_factor, sign_in
from tenants.identity import queries as identity
from tenants.identity.models import TokenPurpose
from tenants.permissions import Role
from tests.factories import accounts
from tests.factories import participation as talks
from tests.factories.accounts import PASSWORD, Account
from tests.factories.participation import Neighbour
from tests.slices import Specimen, Town, Visit, Visits
from tests.slices.people import invited, offered, with_factor
from tests.support.forms import fields, send
from tests.support.html import StrictClient

NEW = {"password": "三只山雀 9 green doors", "again": "三只山雀 9 green doors"}
FROM_HERE = {"Origin": "http://localhost"}


def make(town: Town) -> Specimen:
    return Specimen(
        {"session_id": _session_of(town, town.planner.id)},
        hidden={"session_id": _session_of_resident(town, town.resident)},
    )


def _session_of(town: Town, staff_id: UUID) -> UUID:
    with town.deployment.session() as session:
        return identity.sessions_of_staff(session, staff_id, uuid4())[0].id


def _session_of_resident(town: Town, who: Neighbour) -> UUID:
    with town.in_public(who) as (session, _resident):
        return identity.sessions_of_resident(session, who.id, who.token)[0].id


def _account(town: Town) -> Account:
    with town.deployment.session() as session, session.begin():
        return accounts.account(session, Role.PLANNER, place=town.place)


def signed_in(town: Town, who: Account) -> StrictClient:
    """A browser with a whole session of this person."""
    with town.deployment.session() as session, session.begin():
        opened = sign_in.start_session(session, who.id, who.name, second_factor=True, user_agent="")
    client = accounts.browser(town.deployment.workspace)
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = opened.token, True
    return client


def _token(town: Town, staff_id: UUID, purpose: TokenPurpose) -> str:
    with town.deployment.session() as session, session.begin():
        return new_passwords.add_token(session, staff_id, purpose, new_passwords.RESET_LASTS)


def _half(town: Town) -> Visit:
    """The password was right, the code is still to come."""
    who = with_factor(town)
    client = accounts.browser(town.deployment.workspace)
    accounts.sign_in(client, who)
    return Visit(client=client, sent={"code": who.code()})


def _coming_in(town: Town) -> Visit:
    sent = {"email": _account(town).email, "password": PASSWORD}
    return Visit(client=accounts.browser(town.deployment.workspace), sent=sent)


def _with_code(town: Town) -> Visit:
    who = with_factor(town)
    return Visit(client=signed_in(town, who), sent={"code": who.code()})


def _setting_up(town: Town) -> Visit:
    who = _account(town)

    def first_code(shown: dict[str, str]) -> dict[str, str]:
        secret = second_factor.unseal(who.id, shown["secret"])
        assert secret
        return {"code": pyotp.TOTP(secret).now()}

    return Visit(client=signed_in(town, who), sent=first_code)  # type: ignore[arg-type]


def _new_password(town: Town) -> Visit:
    return Visit(client=signed_in(town, _account(town)), sent={"current": PASSWORD, **NEW})


def _leaving(town: Town) -> Visit:
    return Visit(client=signed_in(town, _account(town)), sent={}, leads="/sign-in")


def _another_device(town: Town) -> Visit:
    who = _account(town)
    signed_in(town, who)
    other = _session_of(town, who.id)
    return Visit({"session_id": other}, client=signed_in(town, who), sent={})


def _answering(town: Town) -> Visit:
    person, offer = offered(town)
    return Visit({"offer": offer}, client=person.browser(town.deployment.workspace), sent={"answer": "accept"})


def _kept_id(client: StrictClient, page: str, end: Callable[[], object]) -> UUID:
    """What is kept of a form of `page` whose sender's session has ended meanwhile."""
    typed = fields(client.get(page).text, page)
    end()
    answer = client.post(page, data=typed, headers=FROM_HERE)
    found = re.search(r"kept(?:=|%3D)([0-9a-f-]{36})", answer.location or "")
    assert found, answer.status
    return UUID(found[1])


def _kept(town: Town) -> Visit:
    who = _account(town)
    client = signed_in(town, who)

    def end() -> None:
        with town.deployment.session() as session, session.begin():
            sign_in.end_sessions(session, who.id)

    kept_id = _kept_id(client, "/account/profile", end)
    with signed_in(town, who).session_transaction() as again, client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = again["_user_id"], True
    return Visit({"kept_id": kept_id}, client=client)


@contextmanager
def _demonstration(town: Town) -> Iterator[None]:
    config = town.deployment.workspace.config
    real = config["SETTINGS"]
    config["SETTINGS"] = real.model_copy(update={"demo": True})
    yield
    config["SETTINGS"] = real


WORKSPACE: Visits = {
    "account.sign_in": _coming_in,
    "account.second_factor": _half,
    "account.sign_out": _leaving,
    "account.forgot": lambda town: Visit(sent={"email": town.planner.email}),
    "account.reset": lambda town: Visit(
        {"token": _token(town, _account(town).id, TokenPurpose.RESET)}, sent=NEW, leads="/sign-in"
    ),
    "account.accept": lambda town: Visit(
        {"token": _token(town, invited(town), TokenPurpose.INVITATION)}, sent=NEW, leads="/sign-in"
    ),
    "account.objection": lambda town: Visit(
        {"token": _token(town, _account(town).id, TokenPurpose.OBJECTION)}, sent={}
    ),
    "account.profile": lambda town: Visit(client=signed_in(town, _account(town)), sent={"job_title": "规划师"}),
    "account.password": _new_password,
    "account.set_up_second_factor": _setting_up,
    "account.recovery_codes": _with_code,
    "account.remove_second_factor": _with_code,
    "account.end_session": _another_device,
    "account.end_sessions": _leaving,
    "account.answer_offer": _answering,
    "account.outbox": lambda town: Visit(during=lambda: _demonstration(town)),
    "kept": _kept,
}


# the public site: residents


def _resident(town: Town) -> tuple[Neighbour, StrictClient]:
    """One more resident, and their browser."""
    who = talks.resident(town.deployment)
    client = accounts.browser(town.deployment.public)
    who.sign_in(client)
    return who, client


def _code(town: Town, address: str) -> str:
    """The code that was sent last to an address."""
    found = re.search(r"(?<!\d)\d{6}(?!\d)", accounts.last_letter(town.deployment, address))
    assert found
    return found[0]


def _newcomer(town: Town) -> tuple[str, StrictClient]:
    """An address that nobody has, and the browser in which it asked for a code."""
    address, client = f"{town.fresh()}@example.cn", accounts.browser(town.deployment.public)
    assert send(client, "/account/sign-in", address=address).status_code == 303
    return address, client


def _proving(town: Town) -> Visit:
    address, client = _newcomer(town)
    return Visit(client=client, sent={"code": _code(town, address)})


def _welcomed(town: Town) -> Visit:
    address, client = _newcomer(town)
    send(client, "/account/code", code=_code(town, address))
    return Visit(client=client, sent={"display_name": "新邻居"})


def _moving(town: Town) -> Visit:
    _who, client = _resident(town)
    address = f"{town.fresh()}@example.cn"
    send(client, "/account/address", address=address)
    return Visit(client=client, sent={"code": _code(town, address)})


def _closing(town: Town) -> Visit:
    who, client = _resident(town)
    send(client, "/account/leave")
    return Visit(client=client, sent={"code": _code(town, who.email)}, leads="/account/left")


def _out(leads: str) -> Callable[[Town], Visit]:
    return lambda town: Visit(client=_resident(town)[1], sent={}, leads=leads)


def _another_phone(town: Town) -> Visit:
    who, client = _resident(town)
    return Visit({"session_id": _session_of_resident(town, talks.again(town.deployment, who))}, client=client, sent={})


def _kept_of_resident(town: Town) -> Visit:
    who, client = _resident(town)

    def end() -> None:
        with town.in_public(who) as (session, _resident):
            residents.end_sessions(session)

    kept_id = _kept_id(client, "/account", end)
    talks.again(town.deployment, who).sign_in(client)
    return Visit({"kept_id": kept_id}, client=client)


PUBLIC: Visits = {
    "account.sign_in": lambda town: Visit(sent={"address": f"{town.fresh()}@example.cn"}),
    "account.code": _proving,
    "account.welcome": _welcomed,
    "account.show": lambda town: Visit(client=_resident(town)[1], sent={"display_name": "换个名字"}),
    "account.address": lambda town: Visit(sent={"address": f"{town.fresh()}@example.cn"}),
    "account.confirm_address": _moving,
    "account.leave": lambda town: Visit(client=_resident(town)[1], sent={}),
    "account.confirm_leave": _closing,
    "account.sign_out": _out("/"),
    "account.end_session": _another_phone,
    "account.end_sessions": _out("/account/sign-in"),
    "kept": _kept_of_resident,
}
