"""`xinya`: the one command line."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn

import click
from pydantic import ValidationError

import settings as configuration
from operations.console import Console
from operations.serve import CannotServe
from tenants.embedded import EmbeddedError
from tenants.permissions import Role

if TYPE_CHECKING:
    from operations.finding import Finding

console = Console()
ROLES = [role.value for role in Role if role is not Role.BUREAU_STAFF]  # a bureau is chosen in the workspace


class Commands(click.Group):
    """The group of all commands; what an operator can mend is a message, not a traceback."""

    def invoke(self, context: click.Context) -> object:
        from sqlalchemy.exc import OperationalError

        try:
            return super().invoke(context)
        except (EmbeddedError, CannotServe) as error:
            fail(str(error))
        except OperationalError as error:
            fail(
                f"连不上数据库，请检查 DATABASE_URL 和 PostgreSQL 是否在运行。\n"
                f"The database does not answer: check DATABASE_URL and that PostgreSQL runs.\n{error.orig}"
            )
        except ValidationError as error:
            lines = [f"  {'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
            fail("设置有误，请修改环境变量：\nA setting is wrong; correct the environment:\n" + "\n".join(lines))


def fail(message: str) -> NoReturn:
    """End with a message on the error output and exit code 1."""
    click.echo(message, err=True)
    sys.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """新芽 Xinya：责任双师工作平台。"""
    # end with everything that `finally` and `atexit` have to do, also where a script's `&` has SIGINT ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


@main.command()
@click.option("--only", type=click.Choice(["workspace", "public"]), help="只开一个入口。 Serve one door alone.")
@click.option("--worker/--no-worker", default=None, help="同时运行后台任务。 Run the worker too.")
def serve(only: str | None, worker: bool | None) -> None:
    """启动网站和后台任务。 Run web server and worker, watched, until Ctrl-C."""
    from operations import serve as serving
    from operations import startup

    settings = configuration.current()
    faces = serving.faces_of(only)
    database = serving.uses_embedded(settings, faces)
    serving.require_free_port(settings)
    startup.prepare(settings, faces, console, database=database)
    with_worker = only != "public" if worker is None else worker
    serving.serve(
        settings,
        serving.programs(only, with_worker=with_worker),
        console,
        database=database,
        ready=lambda: startup.welcome(settings, faces, console),
    )


@main.command()
def worker() -> None:
    """只运行后台任务。 Run the background worker alone."""
    from operations.worker import work

    work(configuration.current())


@main.group()
def db() -> None:
    """数据库结构。 The database's schema."""


@db.command()
def upgrade() -> None:
    """建立或升级数据库结构（先备份）。 Create or upgrade the schema; back up first."""
    from migrations import schema

    with console.step("更新数据库结构", "upgrading the schema"):
        state = schema.upgrade(configuration.current())
    console.good(f"数据库结构：{state.database}", "is up to date")


@db.command()
def check() -> None:
    """检查数据库结构是否与程序一致。 Tell whether the schema fits this program; exit code 1 if not."""
    from operations import checks
    from tenants.database import Face, owner_url

    owner_url(configuration.current())  # has the embedded server running
    _report(checks.database(configuration.current(), Face.OWNER))


@main.command()
@click.option("--sign-ins", is_flag=True, help="显示演示账号和当前动态码。 Show the sign-ins with the present codes.")
def demo(sign_ins: bool) -> None:
    """载入演示数据。 Load the demonstration district."""
    from operations import startup

    settings = configuration.current().model_copy(update={"demo": True})
    if sign_ins:
        startup.show_sign_ins(settings, console)
        return
    startup.bring_schema(settings, console, automatic=True)
    if not startup.load_demo(settings, console):
        console.say("演示数据已经在了。", "The demonstration district is there already.")


@main.command()
def reindex() -> None:
    """重建搜索索引，期间搜索照常可用。 Rebuild the search index while it stays in use."""
    from operations import startup

    startup.reindex(configuration.current(), console)


@main.group()
def user() -> None:
    """工作人员。 Staff."""


@user.command("add")
@click.argument("email")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(ROLES), help="角色。 Role.")
@click.option("--tenant", help="属地单位在网址里的简称；区级角色不填。 Tenant's address; none for district roles.")
@click.password_option(help="密码；不写则会询问。 Password; asked for when not given.")
def user_add(email: str, name: str, role: str, tenant: str | None, password: str) -> None:
    """添加一位工作人员，其他人由他在工作台邀请。 Add a person, who invites the others in the workspace."""
    from operations import people
    from tenants.rules import Invalid, Refused

    try:
        people.add(configuration.current(), email=email, name=name, role=role, tenant=tenant, password=password)
    except (Invalid, Refused) as error:
        fail(f"没有添加：{error}\nNot added: {error}")
    console.good(f"已添加 {name}（{email}）", f"{role} added")


@user.command("reset-second-factor")
@click.argument("email")
@click.option("--reason", required=True, prompt="原因 Reason", help="原因，对方会读到。 Why; the owner reads it.")
def user_reset_second_factor(email: str, reason: str) -> None:
    """重置丢失的两步验证，并邮件告知本人。 Forget a lost second factor; its owner is told by mail."""
    from operations import people
    from tenants.rules import Missing, Refused

    try:
        name = people.reset_second_factor(configuration.current(), email=email, reason=reason)
    except Missing:
        fail(f"没有 {email} 这个账号。\nThere is no account {email}.")
    except Refused as error:
        fail(f"没有重置：{error}\nNot reset: {error}")
    console.good(f"已重置 {name} 的两步验证，所有设备已退出登录", "reset; every session has ended")


@main.command()
def doctor() -> None:
    """检查每个部分，说明问题和办法。 Check every part in use; exit code 1 if one does not work."""
    from operations import checks

    _report(checks.everything(configuration.current()))


@main.command()
@click.option("--port", default=9200, show_default=True)
def elasticsearch(port: int) -> None:
    """启动本机试用的 Elasticsearch，按 Ctrl-C 停止。 Run a local Elasticsearch for trial."""
    from search import local_elasticsearch

    sys.exit(local_elasticsearch.main(["--port", str(port)]))


def _report(findings: Iterable[Finding]) -> None:
    bad = 0
    for finding in findings:
        tell = console.good if finding.ok else console.warn
        tell(f"{finding.part}: {finding.chinese}", finding.english)
        bad += not finding.ok
    if bad:
        console.say(f"{bad} 处需要处理。", f"{bad} to mend.")
        sys.exit(1)
    console.say("一切正常。", "All is well.")


if __name__ == "__main__":
    main(prog_name="xinya")
