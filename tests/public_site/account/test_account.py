"""A resident's account: in by a code, known by a name, out without a trace."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from uuid import UUID
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from uuid_utils.compat import uuid7

from tenants import actors
from tenants.actors import Actor, Scope
from tenants.clock import now
from tenants.database import reveal_address
from tenants.identity import names, residents, throttle
from tenants.identity.models import OneTimeCode, Resident, ResidentSession
from tenants.identity.queries import token_hash
from tests.conftest import Deployment
from tests.factories import people
from tests.factories.accounts import browser, last_letter, letters_to, submit, token_of
from tests.support.html import StrictClient


@pytest.fixture(scope="module", autouse=True)
def _tenant(deployment: Deployment) -> None:
    with deployment.session() as session, session.begin():
        people.tenant(session, "玉桥街道办事处")


def new_address() -> str:
    return f"{uuid7().hex}@example.cn"


def code_sent_to(deployment: Deployment, address: str) -> str:
    found = re.search(r"\b(\d{6})\b", last_letter(deployment, address.lower()))
    assert found
    return found[1]


def come_in(client: StrictClient, deployment: Deployment, address: str, name: str = "河边的柳树") -> None:
    assert submit(client, "/account/sign-in", address=address).headers["Location"] == "/account/code"
    answer = submit(client, "/account/code", code=code_sent_to(deployment, address))
    if answer.headers["Location"] == "/account/welcome":
        answer = submit(client, "/account/welcome", display_name=name)
    assert answer.status_code == 303


def test_a_newcomer_is_asked_for_a_name_and_known_the_next_time(
    app_public: Flask, deployment: Deployment
) -> None:
    address = new_address()
    first, second = browser(app_public), browser(app_public)
    come_in(first, deployment, address.upper())
    assert "河边的柳树" in first.get("/account").text
    submit(second, "/account/sign-in", address=address)
    assert (
        submit(second, "/account/code", code=code_sent_to(deployment, address)).headers["Location"]
        == "/account"
    )
    page = second.get("/account").text
    assert "河边的柳树" in page
    assert page.count("/account/sessions/") == 2, "the other browser can be ended, and all of them"


def test_a_phone_number_does_as_well(app_public: Flask, deployment: Deployment) -> None:
    client = browser(app_public)
    number = f"138{uuid7().int % 10**8:08d}"
    come_in(client, deployment, number)
    page = client.get("/account").text
    assert number in page
    assert "发短信" in page
    assert submit(client, "/account", display_name="换个名字", locale="zh_Hans_CN").status_code == 303


def test_known_and_unknown_addresses_get_the_same_answer(app_public: Flask, deployment: Deployment) -> None:
    known, unknown = new_address(), new_address()
    come_in(browser(app_public), deployment, known)
    pages = []
    for address in (known, unknown):
        client = browser(app_public)
        answer = submit(client, "/account/sign-in", address=address)
        page = client.get(answer.headers["Location"]).text
        page = re.sub(r'(csrf_token" value=|address" value=)"[^"]*"', r"\1", page)
        pages.append((answer.status_code, page.replace(address[:2], "")))
        assert submit(client, "/account/code", code="000000").status_code in (303, 422)
    assert pages[0] == pages[1]


def test_codes_are_throttled_alike_for_known_and_unknown(app_public: Flask, deployment: Deployment) -> None:
    known = new_address()
    come_in(browser(app_public), deployment, known)

    def answers(address: str) -> list[int]:
        client = browser(app_public)
        data = {"csrf_token": token_of(client.get("/account/sign-in")), "address": address}
        return [
            client.post("/account/sign-in", data=data).status_code
            for _ in range(throttle.CODE_HERE.times + 1)
        ]

    some = throttle.CODE_HERE.times
    assert answers(known) == answers(new_address()) == [303] * some + [429]
    assert letters_to(deployment, known) == 1 + some
    # elsewhere the owner still gets one
    come_in(browser(app_public), deployment, known)


def test_nobody_elses_asking_uses_up_the_codes_of_a_known_browser(
    app_public: Flask, deployment: Deployment
) -> None:
    address, known, crowd = new_address(), browser(app_public), browser(app_public)
    come_in(known, deployment, address)
    submit(known, "/account/sign-out", page="/account")
    data = {"csrf_token": token_of(crowd.get("/account/sign-in")), "address": address}

    def asked(n: int) -> int:
        crowd.environ_base["REMOTE_ADDR"] = f"172.16.0.{n}"
        return crowd.post("/account/sign-in", data=data).status_code

    answers = [asked(n) for n in range(1, throttle.CODE_ACCOUNT.times + 1)]
    assert answers[-2:] == [303, 429], "the first was the owner's"
    for _ in range(throttle.CODE_DEVICE.times - 1):
        submit(known, "/account/sign-in", address=address)
    come_in(known, deployment, address)


def test_nobody_elses_guessing_at_ones_own_network_keeps_the_owner_out_of_a_known_browser(
    app_public: Flask, deployment: Deployment
) -> None:
    address, known, unknown = new_address(), browser(app_public), browser(app_public)
    come_in(known, deployment, address)
    submit(known, "/account/sign-out", page="/account")
    unknown.environ_base["REMOTE_ADDR"] = here = known.environ_base["REMOTE_ADDR"]
    with app_public.app_context():
        for limit in (throttle.CODE_TRY_ADDRESS, throttle.CODE_ADDRESS):
            with suppress(throttle.Throttled):
                for _ in range(limit.times):
                    throttle.count(deployment.public_engine, limit, here)
    assert submit(unknown, "/account/sign-in", address=address).status_code == 429
    come_in(known, deployment, address)


@pytest.mark.parametrize(
    "address", ["", "nobody", "12345", "a@b", "13800138000 or 1=1", "x" * 500, "a\n@b.cn"]
)
def test_what_is_no_address_is_said_so(app_public: Flask, address: str) -> None:
    answer = submit(browser(app_public), "/account/sign-in", address=address)
    assert answer.status_code == 422


def test_five_wrong_guesses_spend_a_code(app_public: Flask, deployment: Deployment) -> None:
    address, client = new_address(), browser(app_public)
    submit(client, "/account/sign-in", address=address)
    code = code_sent_to(deployment, address)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(residents.CODE_ATTEMPTS):
        assert submit(client, "/account/code", code=wrong).status_code == 422
    assert submit(client, "/account/code", code=code).status_code == 422, "the right one comes too late"


@pytest.mark.parametrize("which", [0, 1])
def test_each_code_works_once_in_the_browser_that_asked(
    app_public: Flask, deployment: Deployment, which: int
) -> None:
    address, client, other = new_address(), browser(app_public), browser(app_public)
    codes = []
    for _ in range(2):
        submit(client, "/account/sign-in", address=address)
        codes.append(code_sent_to(deployment, address))
    # somebody else asks for the same address, and guesses
    submit(other, "/account/sign-in", address=address)
    for guess in (*codes, *["000000"] * residents.CODE_ATTEMPTS):
        assert submit(other, "/account/code", code=guess).status_code in (422, 429)
    code = codes[which]
    assert submit(client, "/account/code", code=f" {code[:3]} {code[3:]} ").status_code == 303
    submit(client, "/account/sign-in", address=address)
    assert submit(client, "/account/code", code=code).status_code == 422


def test_a_proof_makes_an_account_and_opens_none(app_public: Flask, deployment: Deployment) -> None:
    address, client = new_address(), browser(app_public)
    submit(client, "/account/sign-in", address=address)
    submit(client, "/account/code", code=code_sent_to(deployment, address))
    proof = client.get_cookie("xinya_resident")
    assert proof is not None
    submit(client, "/account/welcome", display_name="河边的柳树")
    submit(client, "/account/sessions/end", page="/account")
    client.set_cookie("xinya_resident", proof.value)
    answer = submit(client, "/account/welcome", display_name="河边的柳树")
    assert answer.headers["Location"] == "/account/sign-in"
    assert client.get("/account").status_code == 302


def test_a_code_ages(app_public: Flask, deployment: Deployment) -> None:
    address, client = new_address(), browser(app_public)
    submit(client, "/account/sign-in", address=address)
    with deployment.public_session() as session, session.begin():
        reveal_address(session, address)
        session.execute(update(OneTimeCode).values(expires_at=now() - timedelta(seconds=1)))
    assert submit(client, "/account/code", code=code_sent_to(deployment, address)).status_code == 422


def test_a_proof_ages_and_cannot_be_forged(app_public: Flask, deployment: Deployment) -> None:
    address, client = new_address(), browser(app_public)
    submit(client, "/account/sign-in", address=address)
    submit(client, "/account/code", code=code_sent_to(deployment, address))
    with client.session_transaction() as cookie:
        assert cookie["proved"][0] == address
        cookie["proved"] = [address, 1]
    assert client.get("/account/welcome").headers["Location"] == "/account/sign-in"
    nobody = browser(app_public)
    nobody.set_cookie("xinya_resident", "eyJwcm92ZWQiOlsiYUBleGFtcGxlLmNuIiw5OTk5OTk5OTk5XX0.aaaa.bbbb")
    assert nobody.get("/account/welcome").headers["Location"] == "/account/sign-in"


@pytest.mark.parametrize(
    "name",
    ["玉桥街道办事处", "玉桥街道", "通州区政府", "官　方", "官方客服", "G O V E R N M E N T", "街道辦事處",
     "工作组-办公室", "小张(官方)", "x", "名" * 21, "12345", "柳\u202e树", "零\u200b宽", "😀😀😀", "<b>柳树</b>"],
)  # fmt: skip
def test_nobody_goes_by_the_name_of_an_office(app_public: Flask, deployment: Deployment, name: str) -> None:
    offices = ["玉桥街道办事处", "玉桥街道", "玉桥"]
    assert names.objection(names.tidy(name), offices) is not None


@pytest.mark.parametrize("name", ["河边的柳树", "老王", "Anna-Lena", "三号楼 小李", "ÄÖ", "张3"])
def test_neighbours_go_by_any_name(name: str) -> None:
    assert names.objection(name, ["玉桥街道办事处", "玉桥街道"]) is None


def test_a_refused_name_is_said_and_kept(app_public: Flask, deployment: Deployment) -> None:
    address, client = new_address(), browser(app_public)
    submit(client, "/account/sign-in", address=address)
    submit(client, "/account/code", code=code_sent_to(deployment, address))
    answer = submit(client, "/account/welcome", display_name="玉桥街道办事处小王")
    assert answer.status_code == 422
    assert "请换一个" in answer.text
    assert "玉桥街道办事处小王" in answer.text
    assert submit(client, "/account/welcome", display_name="小王").status_code == 303


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_elsewhere(app_public: Flask, deployment: Deployment, target: str) -> None:
    address, client = new_address(), browser(app_public)
    answer = submit(client, "/account/sign-in", address=address, next=target)
    assert answer.headers["Location"] == "/account/code"
    code = code_sent_to(deployment, address)
    assert submit(client, "/account/code", code=code, next=target).headers["Location"] == "/account/welcome"
    answer = submit(client, "/account/welcome", display_name="小王", next=target)
    assert answer.headers["Location"] == "/account"


def test_one_comes_back_to_where_one_was(app_public: Flask, deployment: Deployment) -> None:
    address, client = new_address(), browser(app_public)
    answer = submit(client, "/account/sign-in?next=/places/", address=address, next="/places/")
    page = client.get(answer.headers["Location"])
    assert 'name="next" value="/places/"' in page.text
    answer = submit(client, "/account/code", code=code_sent_to(deployment, address), next="/places/")
    answer = submit(client, "/account/welcome", display_name="小王", next="/places/")
    assert answer.headers["Location"] == "/places/"


def test_reading_sets_no_cookie_and_leaving_takes_it_away(app_public: Flask, deployment: Deployment) -> None:
    client = browser(app_public)
    for path in ("/", "/places/", "/account/left"):
        assert "Set-Cookie" not in client.get(path).headers, path
    come_in(client, deployment, new_address())
    cookie = client.get_cookie("xinya_resident")
    assert cookie is not None
    assert cookie.http_only
    submit(client, "/account/sign-out", page="/account")
    assert client.get_cookie("xinya_resident") is None
    client.set_cookie("xinya_resident", cookie.value)
    assert client.get("/account").status_code == 302, "the session row has ended, too"


def test_signing_out_everywhere_ends_every_browser(app_public: Flask, deployment: Deployment) -> None:
    address = new_address()
    one, two = browser(app_public), browser(app_public)
    come_in(one, deployment, address)
    come_in(two, deployment, address)
    submit(one, "/account/sessions/end", page="/account")
    assert one.get("/account").status_code == 302
    assert two.get("/account").status_code == 302


def test_another_browser_can_be_ended_but_nobody_elses(app_public: Flask, deployment: Deployment) -> None:
    address = new_address()
    one, two, stranger = browser(app_public), browser(app_public), browser(app_public)
    come_in(one, deployment, address)
    come_in(two, deployment, address)
    come_in(stranger, deployment, new_address())
    end = re.search(r"/account/sessions/[0-9a-f-]{36}/end", one.get("/account").text)
    assert end
    assert submit(stranger, end[0], page="/account").status_code == 404
    assert two.get("/account").status_code == 200
    assert submit(one, end[0], page="/account").status_code == 303
    assert two.get("/account").status_code == 302
    assert one.get("/account").status_code == 200


def test_everything_can_be_taken_along(app_public: Flask, deployment: Deployment) -> None:
    address, client = new_address(), browser(app_public)
    come_in(client, deployment, address)
    answer = client.get("/account/export")
    with ZipFile(BytesIO(answer.data)) as archive:
        data = json.loads(archive.read("my-data.json"))
        page = archive.read("my-data.html").decode()
    assert data["account"]["email"] == address
    assert data["comments"] == []
    assert len(data["sessions"]) == 1
    assert "河边的柳树" in page
    assert address in page


def test_one_moves_to_another_address(app_public: Flask, deployment: Deployment) -> None:
    former, client, stranger = new_address(), browser(app_public), browser(app_public)
    taken, present = new_address(), f"139{uuid7().int % 10**8:08d}"
    come_in(client, deployment, former)
    come_in(stranger, deployment, taken)
    resident_id = _id_of(deployment, former)
    assert submit(client, "/account/address", address="no address").status_code == 422
    for wanted in (taken, present):  # nobody learns from the first answer which has an account
        answer = submit(client, "/account/address", address=wanted)
        assert answer.headers["Location"] == "/account/address/confirm"
        assert "改用这个邮箱或手机号" in last_letter(deployment, wanted)
        assert submit(client, "/account/address/confirm", code="000000").status_code == 422
        answer = submit(client, "/account/address/confirm", code=code_sent_to(deployment, wanted))
        assert answer.status_code == (422 if wanted == taken else 303)
    assert present in client.get("/account").text
    assert f"139****{present[-4:]}" in last_letter(deployment, former)
    with deployment.session() as session:
        moved = session.get(Resident, resident_id)
        assert moved is not None and (moved.email, moved.phone) == (None, present)
    # the former address is free, the new one signs in to the same account
    again = browser(app_public)
    come_in(again, deployment, present)
    assert "河边的柳树" in again.get("/account").text
    submit(again, "/account/sign-out", page="/account")
    submit(again, "/account/sign-in", address=former)
    assert (
        submit(again, "/account/code", code=code_sent_to(deployment, former)).location == "/account/welcome"
    )


def test_leaving_needs_a_code_for_leaving_and_leaves_nothing(
    app_public: Flask, deployment: Deployment
) -> None:
    address, client = new_address(), browser(app_public)
    come_in(client, deployment, address)
    resident_id = client.get("/account") and _id_of(deployment, address)
    submit(client, "/account/sign-in", page="/account", address=address)
    assert submit(client, "/account/leave/confirm", code="000000", comments="keep").status_code == 422
    # a code for signing in does not delete an account
    other = browser(app_public)
    submit(other, "/account/sign-in", address=address)
    sign_in_code = code_sent_to(deployment, address)
    assert submit(client, "/account/leave/confirm", code=sign_in_code, comments="keep").status_code == 422
    assert "登录" in last_letter(deployment, address)
    assert submit(client, "/account/leave").headers["Location"] == "/account/leave/confirm"
    assert "注销" in last_letter(deployment, address)
    answer = submit(
        client, "/account/leave/confirm", code=code_sent_to(deployment, address), comments="withdraw"
    )
    assert answer.headers["Location"] == "/account/left"
    assert not client._cookies, "nor is the browser known any longer"
    with deployment.session() as session:
        left = session.get(Resident, resident_id)
        assert left is not None
        assert (left.email, left.phone, left.display_name) == (None, None, names.DELETED_NAME)
        query = select(ResidentSession.revoked_at).where(ResidentSession.resident_id == resident_id)
        assert all(session.scalars(query))
    # the address is free: whoever has it now is somebody new
    newcomer = browser(app_public)
    submit(newcomer, "/account/sign-in", address=address)
    answer = submit(newcomer, "/account/code", code=code_sent_to(deployment, address))
    assert answer.headers["Location"] == "/account/welcome"


def _id_of(deployment: Deployment, address: str) -> UUID | None:
    with deployment.session() as session:
        return session.scalar(select(Resident.id).where(Resident.email == address))


def test_the_public_role_reads_no_resident_without_the_token_or_the_address(
    app_public: Flask, deployment: Deployment
) -> None:
    """Raw SQL as the public role: an id proves nothing, a token or the exact address does."""
    address, client = new_address(), browser(app_public)
    come_in(client, deployment, address)
    come_in(browser(app_public), deployment, new_address())
    with client.session_transaction() as cookie:
        token = str(cookie["_user_id"])
    resident_id = _id_of(deployment, address)
    count = {t: text(f"SELECT count(*) FROM {t}") for t in ("resident", "resident_session", "one_time_code")}
    assert resident_id
    pretender = actors.resident(resident_id, "某人", token_hash("guessed"))
    for actor in (actors.anonymous(), pretender, actors.system(), Actor(frozenset({Scope.OFFICE}))):
        with deployment.public_session(actor) as session:
            assert [session.scalar(c) for c in count.values()] == [0, 0, 0], actor.scopes
            changed = session.execute(text("UPDATE resident SET display_name = 'x'"))
            assert changed.rowcount == 0  # type: ignore[attr-defined]
    holder = actors.anonymous(token_hash(token))
    with deployment.public_session(holder) as session:
        assert session.scalars(text("SELECT email FROM resident")).all() == [address]
        assert session.scalar(count["resident_session"]) == 1
    with deployment.public_session() as session:
        reveal_address(session, address)
        assert session.scalars(text("SELECT email FROM resident")).all() == [address]
        assert session.scalar(count["resident_session"]) == 0
        session.rollback()
        assert session.scalar(count["resident"]) == 0, "nothing stays revealed"


def test_codes_are_kept_as_keyed_hashes(app_public: Flask, deployment: Deployment) -> None:
    address, client = new_address(), browser(app_public)
    submit(client, "/account/sign-in", address=address)
    with deployment.session() as session:
        stored = session.scalars(select(OneTimeCode.code_hash).where(OneTimeCode.address == address)).one()
    assert code_sent_to(deployment, address) not in stored
    assert len(stored) == 64


def test_residents_and_staff_never_share_a_session(
    app_public: Flask, app_workspace: Flask, deployment: Deployment
) -> None:
    client = browser(app_public)
    come_in(client, deployment, new_address())
    cookie = client.get_cookie("xinya_resident")
    assert cookie is not None
    staff = browser(app_workspace)
    staff.set_cookie("xinya_workspace", cookie.value, path="/workspace")
    assert staff.get("/account").status_code == 302
