"""Messages to people: queued with the change, sent over a real SMTP server, never lost, never forged."""

from __future__ import annotations

import os
import signal
import smtplib
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest
from babel.support import NullTranslations
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from settings import Settings
from tenants import deployment as running
from tenants import jobs, mail
from tenants.clock import now
from tenants.mail import letter, smtp
from tenants.mail.models import MailMessage
from tenants.permissions import Role
from tenants.rules import Invalid
from tests.conftest import Deployment
from tests.factories import people
from tests.support.smtp import Inbox, smtp_server

ADDRESS = "resident@example.org"


@pytest.fixture(autouse=True)
def _in_this_deployment(deployment: Deployment) -> Iterator[None]:
    running.use(deployment.settings)
    with deployment.session() as session, session.begin():
        session.execute(text("DELETE FROM mail_message"))
    yield
    running.use(None)


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with smtp_server() as server:
        yield server


def with_smtp(deployment: Deployment, url: str) -> Deployment:
    return Deployment(
        deployment.settings.model_copy(
            update={"smtp_url": SecretStr(url), "mail_from": "新芽 <noreply@xinya.example>"}
        )
    )


def enqueue(deployment: Deployment, **changes: object) -> None:
    given: dict[str, object] = {
        "to": ADDRESS,
        "subject": "您的留言有了答复：%(title)s",
        "text": "%(name)s，您好：\n\n> 种两棵国槐\n\n已经采纳。\n\nhttp://localhost/a/x1\n\n谢谢您。",
        "values": {"title": "口袋公园", "name": "李女士"},
        **changes,
    }
    with deployment.session() as session, session.begin():
        mail.enqueue(session, **given)  # type: ignore[arg-type]


def outbox(deployment: Deployment) -> list[MailMessage]:
    with deployment.session() as session:
        return list(session.scalars(select(MailMessage).order_by(MailMessage.created_at)))


def parts(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and html is not None
    return plain.get_content(), html.get_content()


def test_a_chinese_message_arrives_whole(deployment: Deployment, inbox: Inbox) -> None:
    unsubscribe = "https://xinya.example/unsubscribe/t0ken"
    enqueue(deployment, unsubscribe_url=unsubscribe)
    with_smtp(deployment, f"smtp://127.0.0.1:{inbox.port}").run_jobs()
    [received] = inbox.received
    assert inbox.recipients == [[ADDRESS]]
    assert received["Subject"] == "您的留言有了答复：口袋公园"
    assert received["From"] == "新芽 <noreply@xinya.example>"
    assert received["List-Unsubscribe"] == f"<{unsubscribe}>"
    assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["Content-Language"] == "zh-Hans"
    plain, html = parts(received)
    for words in ("李女士，您好：", "种两棵国槐", "http://localhost/a/x1", "北京市通州区"):
        assert words in plain and words in html
    assert unsubscribe in plain
    assert '<a href="http://localhost/a/x1"' in html and "<blockquote" in html
    [sent] = outbox(deployment)
    assert (sent.state, sent.attempts, sent.last_error) == ("sent", 1, None)
    assert sent.sent_at and received["Message-ID"] == f"<{sent.id}@xinya.example>"


def test_a_message_exists_exactly_when_the_change_does(deployment: Deployment, inbox: Inbox) -> None:
    with deployment.session() as session:
        mail.enqueue(session, to=ADDRESS, subject="没有发生", text="没有发生")
        session.rollback()
    with_smtp(deployment, f"smtp://127.0.0.1:{inbox.port}").run_jobs()
    assert not inbox.received and not outbox(deployment)


def test_the_same_key_is_queued_once(deployment: Deployment, inbox: Inbox) -> None:
    for _ in range(3):
        enqueue(deployment, dedupe_key="answer:1")
    enqueue(deployment, dedupe_key="answer:2")
    with_smtp(deployment, f"smtp://127.0.0.1:{inbox.port}").run_jobs()
    assert len(inbox.received) == 2


def test_without_a_server_the_outbox_is_where_it_arrives(deployment: Deployment) -> None:
    enqueue(deployment)
    with deployment.session() as session, session.begin():
        mail.enqueue_sms(session, to="13800000000", text="%(code)s 是验证码", values={"code": "042137"})
    deployment.run_jobs()
    letter_, code = outbox(deployment)
    assert (letter_.state, letter_.channel) == ("sent", "email")
    assert (code.state, code.channel, code.text) == ("sent", "sms", "042137 是验证码")


def test_a_tenants_staff_and_the_public_queue_but_cannot_read(deployment: Deployment, inbox: Inbox) -> None:
    with deployment.session() as session, session.begin():
        place = people.tenant(session)
        person = people.staff(session, Role.TENANT_STAFF, place=place)
    with deployment.session(person.actor()) as session, session.begin():
        mail.enqueue(session, to=ADDRESS, subject="甲", text="甲", tenant_id=place.id, dedupe_key="staff")
        mail.enqueue(session, to=ADDRESS, subject="甲", text="甲", tenant_id=place.id, dedupe_key="staff")
        assert not session.scalars(select(MailMessage)).all()
    with deployment.public_session() as session, session.begin():
        mail.enqueue(session, to=ADDRESS, subject="乙", text="乙", dedupe_key="public")
    with deployment.public_session() as session, pytest.raises(ProgrammingError):
        session.scalars(select(MailMessage)).all()
    with_smtp(deployment, f"smtp://127.0.0.1:{inbox.port}").run_jobs()
    assert sorted(m["Subject"] for m in inbox.received) == ["乙", "甲"]


def test_a_server_that_is_down_is_tried_again_later(deployment: Deployment) -> None:
    enqueue(deployment)
    with smtp_server() as server:
        port = server.port
    down = with_smtp(deployment, f"smtp://127.0.0.1:{port}")
    down.run_jobs()
    [waiting] = outbox(deployment)
    assert (waiting.state, waiting.attempts) == ("queued", 1)
    assert waiting.last_error
    with deployment.session() as session, session.begin():
        at = session.scalar(text("SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'mail.send'"))
        assert now() < at < now() + timedelta(minutes=2)
        session.execute(
            text("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE task_name = 'mail.send'")
        )
    with smtp_server(port=port) as server:
        down.run_jobs()
        assert [m["Message-ID"] for m in server.received] == [f"<{waiting.id}@xinya.example>"]
    assert outbox(deployment)[0].state == "sent"


def test_a_busy_server_is_asked_later_and_one_that_refuses_is_not(
    deployment: Deployment, inbox: Inbox
) -> None:
    reached = with_smtp(deployment, f"smtp://127.0.0.1:{inbox.port}")
    inbox.answer = lambda message: "451 too busy" if "忙" in message["Subject"] else "550 no such person"
    enqueue(deployment, subject="忙")
    enqueue(deployment, subject="没有这个人")
    reached.run_jobs()
    assert [(m.subject, m.state) for m in outbox(deployment)] == [("忙", "queued"), ("没有这个人", "failed")]
    assert "550 no such person" in (outbox(deployment)[1].last_error or "")
    for _ in range(10):  # let every wait pass
        with deployment.session() as session, session.begin():
            session.execute(
                text("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE task_name = 'mail.send'")
            )
        reached.run_jobs()
    assert [(m.state, m.attempts) for m in outbox(deployment)] == [("failed", 7), ("failed", 1)]


WORKER = """
import sys
from settings import Settings
from operations.worker import work
from pydantic import SecretStr
work(Settings(data_folder=sys.argv[1], database_url=SecretStr(sys.argv[2]), secret_key=SecretStr(sys.argv[3]),
              smtp_url=SecretStr(sys.argv[4])), wait=False)
"""


def test_a_worker_killed_between_sending_and_marking_repeats_the_same_message(
    deployment: Deployment, inbox: Inbox
) -> None:
    enqueue(deployment)
    url = f"smtp://127.0.0.1:{inbox.port}"
    settings = deployment.settings
    worker: list[subprocess.Popen[bytes]] = []

    def taken_and_then_killed(_message: EmailMessage) -> None:
        os.kill(worker[0].pid, signal.SIGKILL)  # the server has the message, the worker never hears of it
        worker[0].wait()

    inbox.answer = taken_and_then_killed
    secrets = (settings.database_url.get_secret_value(), settings.secret_key.get_secret_value())
    worker.append(subprocess.Popen([sys.executable, "-c", WORKER, str(settings.data_folder), *secrets, url]))
    assert worker[0].wait(60) == -signal.SIGKILL
    assert len(inbox.received) == 1 and outbox(deployment)[0].state == "queued"

    inbox.answer = lambda _message: None
    with deployment.session() as session, session.begin():  # time passes without a sign of life
        session.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"))
    with_smtp(deployment, url).run_jobs()
    first, second = (m["Message-ID"].partition("@")[0] for m in inbox.received)
    assert first == second
    assert outbox(deployment)[0].state == "sent"
    with deployment.session() as session, session.begin():  # the job is there twice: it still sends once
        jobs.defer(session, "mail.send", message_id=str(outbox(deployment)[0].id))
    with_smtp(deployment, url).run_jobs()
    assert len(inbox.received) == 2


def test_what_was_settled_long_ago_is_forgotten(deployment: Deployment) -> None:
    for subject in ("旧", "新"):
        enqueue(deployment, subject=subject)
    deployment.run_jobs()
    enqueue(deployment, subject="还没发")
    with deployment.session() as session, session.begin():
        session.execute(
            text(
                "UPDATE mail_message SET created_at = now() - interval '40 days' WHERE subject IN ('旧', '还没发')"
            )
        )
        session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = 'mail.send'"))
        jobs.defer(session, "mail.forget")
    deployment.run_jobs()
    assert sorted(m.subject for m in outbox(deployment)) == ["新", "还没发"]


HOSTILE = [
    "题目\r\nBcc: everybody@evil.example\r\n\r\n<script>",
    "a\nSubject: b", "\x00\x07\u202e题", "=?utf-8?B?YQ==?=", "题" * 500,
]  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE)
def test_no_value_reaches_the_headers_or_the_markup(deployment: Deployment, inbox: Inbox, words: str) -> None:
    enqueue(
        deployment, values={"title": words, "name": f"<img src=x onerror=1>{words}\n\nhttps://evil.example/"}
    )
    with_smtp(deployment, f"smtp://127.0.0.1:{inbox.port}").run_jobs()
    [received] = inbox.received
    assert inbox.recipients == [[ADDRESS]]
    assert received["Bcc"] is None and len(received.get_all("Subject") or []) == 1
    assert "\n" not in received["Subject"]
    html = parts(received)[1]
    assert "<img" not in html and "<script" not in html
    assert 'href="https://evil.example/"' not in html  # only our own addresses become buttons


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "a@b\r\nBcc: c@d",
        "a@b, c@d",
        "<a@b>",
        "a b@c",
        "a@b@c",
        "a@b>\nRCPT TO:<c@d",
        '"a"@b c',
        "a@" + "b" * 300,
    ],
)
def test_an_address_that_is_none_is_refused(deployment: Deployment, address: str) -> None:
    with deployment.session() as session, session.begin(), pytest.raises(Invalid) as refused:
        mail.enqueue(session, to=address, subject="x", text="x")
    assert set(refused.value.errors) == {"email"}


def test_a_number_that_is_none_is_refused(deployment: Deployment) -> None:
    with deployment.session() as session, session.begin(), pytest.raises(Invalid) as refused:
        mail.enqueue_sms(session, to="138-0000\n0000", text="x")
    assert set(refused.value.errors) == {"phone"}


def test_somebodys_words_stay_a_quotation_whatever_they_hold() -> None:
    words = mail.quoted("第一行\n\nhttp://localhost/sign-in\n  > 第三行")
    written = letter.write(
        Settings(public_url="http://localhost"), "x", "您写道：\n\n%(words)s", {"words": words}, locale="zh"
    )
    assert written.html.count("<blockquote") == 1 and "<a " not in written.html
    assert "> http://localhost/sign-in" in written.text


@given(st.text(max_size=60), st.text(max_size=200))
def test_any_words_make_a_message(title: str, name: str) -> None:
    words = {
        "title": title.encode("utf-8", "ignore").decode(),
        "name": name.encode("utf-8", "ignore").decode(),
    }
    written = letter.write(Settings(), "%(title)s", "%(name)s", words, locale="en")
    composed = smtp.compose(
        message_id=UUID(int=1), sender="Xinya <a@b.cn>", to=ADDRESS, subject=written.subject, text=written.text,
        html=written.html, headers={}, created_at=now(),
    )  # fmt: skip
    assert composed["Subject"] == written.subject
    assert composed.as_bytes()


def test_an_address_in_chinese_is_written_as_the_line_wants_it(deployment: Deployment, inbox: Inbox) -> None:
    enqueue(deployment, to="li@规划.中国")
    enqueue(deployment, to="李@example.org")
    with_smtp(deployment, f"smtp://127.0.0.1:{inbox.port}").run_jobs()
    assert ["li@" + "规划.中国".encode("idna").decode()] in inbox.recipients
    assert ["李@example.org"] in inbox.recipients


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ssl.SSLContext]:
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem",
         "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = str(folder / "cert.pem")
    yield context
    os.environ.pop("SSL_CERT_FILE")
    if before is not None:
        os.environ["SSL_CERT_FILE"] = before


@pytest.mark.parametrize(("scheme", "smtps"), [("smtp", False), ("starttls", False), ("smtps", True)])
def test_a_password_goes_over_an_encrypted_line(
    deployment: Deployment, certificate: ssl.SSLContext, scheme: str, smtps: bool
) -> None:
    enqueue(deployment)
    with smtp_server(password="p@ss/word", tls=certificate, smtps=smtps) as server:
        account = f"{scheme}://xinya%40example.org:p%40ss%2Fword@localhost:{server.port}"
        with_smtp(deployment, account).run_jobs()
        assert [m.last_error for m in outbox(deployment)] == [None]
        assert len(server.received) == 1
        assert server.sign_ins == [("xinya@example.org", "p@ss/word", True)]


def test_a_wrong_password_is_an_error_to_mend_not_a_lost_message(
    deployment: Deployment, certificate: ssl.SSLContext
) -> None:
    enqueue(deployment)
    with smtp_server(password="right", tls=certificate) as server:
        with_smtp(deployment, f"starttls://a:wrong@localhost:{server.port}").run_jobs()
    [waiting] = outbox(deployment)
    assert waiting.state == "queued" and "535" in (waiting.last_error or "")


def test_encryption_that_is_insisted_on_is_never_done_without(inbox: Inbox) -> None:
    with pytest.raises((smtplib.SMTPException, OSError)):
        smtp.Server.by(f"starttls://localhost:{inbox.port}").connect()


@pytest.mark.parametrize("url", ["", "localhost:25", "http://localhost", "smtp://", "smtp://host:port"])
def test_an_address_of_a_server_that_is_none_is_told(url: str) -> None:
    with pytest.raises(ValueError):
        smtp.Server.by(url)


def test_messages_are_written_in_the_readers_language(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    class English:
        def ugettext(self, message: str) -> str:
            return {"验证码 %(code)s": "Your code: %(code)s"}.get(message, message)

    monkeypatch.setattr(
        letter, "catalogue", lambda locale: English() if locale == "en" else NullTranslations()
    )
    for locale in ("en", "zh_Hans_CN"):
        enqueue(
            deployment, subject="验证码 %(code)s", text="%(code)s", values={"code": "042137"}, locale=locale
        )
    english, chinese = outbox(deployment)
    assert (english.subject, english.headers["Content-Language"]) == ("Your code: 042137", "en")
    assert '<html lang="en">' in (english.html or "")
    assert chinese.subject == "验证码 042137"


def test_addresses_and_blanks_survive_the_line(deployment: Deployment, inbox: Inbox) -> None:
    subject = "您在 玉桥东里南门三角地 微更新 方案 征求意见 下的意见 已经得到 玉桥街道办事处 的答复 请查看 全文 谢谢 您"
    address = f"https://xinya.example/unsubscribe/{'Ab-9_' * 30}"
    with deployment.session() as session, session.begin():
        mail.enqueue(session, to=ADDRESS, subject=subject, text="请看。", unsubscribe_url=address)
    with_smtp(deployment, f"smtp://127.0.0.1:{inbox.port}").run_jobs()
    (wire,), (message,) = inbox.wire, inbox.received
    lines = wire.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert f"List-Unsubscribe: <{address}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert message["Subject"] == subject
    assert all(len(line) <= 78 for line in lines if line.startswith((b"Subject:", b" ")))
    assert b"\n" not in wire.replace(b"\r\n", b"")
    assert b"=?" not in wire.partition(b"List-Unsubscribe:")[2].partition(b"\r\n\r\n")[0]
