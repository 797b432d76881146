"""Publishing: a publication in every state, one of them with a picture, a document and a colleague's draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from portal.publishing import jobs, service
from portal.publishing.content import Attachment
from portal.publishing.policy import Kind, State
from tenants import jobs as queue
from tenants.clock import now
from tenants.rules import AS_IT_IS
from tests.factories import publishing
from tests.factories.publishing import png
from tests.slices import Specimen, Town, Visit, Visits
from tests.slices.files import INNER, SHOWN
from tests.support.forms import upload
from tests.support.tasks import run_task

#: What an editor says of a version, and no public page repeats.
NOTE = "内部备注"
#: The steps after which a publication is in a state.
WAY: dict[State, tuple[str, ...]] = {
    State.DRAFT: (),
    State.IN_REVIEW: ("submit",),
    State.APPROVED: ("submit", "approve", "schedule"),
    State.PUBLISHED: ("submit", "approve", "publish"),
    State.WITHDRAWN: ("submit", "approve", "publish", "withdraw"),
}


def make(town: Town) -> Specimen:
    codes = {state: begun(town, *WAY[state], title=title(town, state), **_shown(town, state)) for state in State}
    with town.at_work(town.clerk) as (session, _):
        service.autosave_draft(
            session, codes[State.DRAFT], {"title": f"{town.word}还没有存的"}, base_number=1
        )
    _read_documents(town)
    return Specimen(
        {"code": codes[State.PUBLISHED], "number": 1, "year": now().year, "codes": codes},
        hidden={"code": codes[State.DRAFT]},
    )


def title(town: Town, state: State) -> str:
    """What the specimen in a state is called."""
    return f"{town.word}的{state}"


def _shown(town: Town, state: State) -> dict[str, Any]:
    """The files that the specimen in a state shows."""
    word = {State.DRAFT: INNER, State.PUBLISHED: SHOWN}.get(state)
    if word is None:
        return {}
    files = town.of("files")
    return {
        "cover_file_id": files[f"picture {word}"],
        "cover_alt": "改造后的三角地",
        "documents": (Attachment(files[f"document {word}"], "说明"),),
    }


def begun(town: Town, *steps: str, **changes: Any) -> str:
    """The code of a new publication that has gone so far: what the planner does not do does the administrator."""
    changes = {"title": town.fresh("的新文章"), "note": NOTE, "unit_id": town.of("organisation")["unit_id"], **changes}
    with town.at_work(town.planner) as (session, _):
        code = service.create(session, Kind.SPROUT, publishing.content(**changes)).code
    for step in steps:
        person = town.planner if step in ("submit", "revise", "save") else town.admin
        with town.at_work(person) as (session, _):
            _STEPS[step](session, code)
    return code


_STEPS: dict[str, Callable[..., Any]] = {
    **{
        step: lambda session, code, taken=taken: taken(session, code, AS_IT_IS)
        for step, taken in {
            "submit": service.submit,
            "approve": service.approve,
            "publish": service.publish,
            "revise": service.revise,
        }.items()
    },
    "schedule": lambda session, code: service.schedule(session, code, AS_IT_IS, now() + timedelta(days=30)),
    "withdraw": lambda session, code: service.withdraw(session, code, AS_IT_IS, "内容有误，重新核对"),
    "save": lambda session, code: service.save(
        session, code, publishing.content(title=f"{code}的第二版"), expected_number=1
    ),
}


def _read_documents(town: Town) -> None:
    """What the worker does with a document that is shown."""
    queue.bind(town.deployment.workspace_engine)
    for word in (SHOWN, INNER):
        file_id = town.of("files")[f"document {word}"]
        run_task(jobs.extract_text, tenant_id=str(town.place.id), file_id=str(file_id))


def on(*steps: str, sent: dict[str, Any] | None = None, **values: Any) -> Callable[[Town], Visit]:
    """A visit to a new publication after these steps."""
    return lambda town: Visit({"code": begun(town, *steps), **values}, sent={} if sent is None else sent)


WORKSPACE: Visits = {
    "publishing.new": lambda town: Visit(sent={"kind": "sprout", "title": town.fresh("的开头")}),
    "publishing.import_file": lambda town: Visit(
        sent={"kind": "sprout", "file": upload(f"{town.word}的来稿\n第一段。".encode(), "来稿.txt")}
    ),
    "publishing.keep_imported": lambda town: Visit(
        sent={"kind": "sprout", "title": town.fresh("的来稿"), "body": "<p>第一段。</p>", "attach": "drop"}
    ),
    "publishing.add_image": lambda town: Visit(sent={"file": upload(png(size=(30, 20)), "三角地.png")}),
    "publishing.add_document": lambda town: Visit(sent={"file": upload(b"one", "说明.txt")}),
    "publishing.tags": lambda town: Visit(query={"q": "口袋"}),
    "publishing.compare": lambda town: Visit({"code": begun(town, "save")}),
    "publishing.edit": on(),
    "publishing.save": on(sent={"summary": "三角地要改成口袋公园，有座椅、花池和儿童沙坑，四月开工。"}),
    "publishing.keep_draft": on(sent={"title": "还在写", "body": "<p>一段</p>", "number": "1"}),
    "publishing.discard_draft": on(),
    "publishing.submit": on(),
    "publishing.revise": on(*WAY[State.PUBLISHED]),
    "publishing.abandon": on(*WAY[State.PUBLISHED], "revise"),
    "publishing.take_back": lambda town: Visit(
        {"code": begun(town, "submit")},
        sent={"reason": "还要补充时间"},
        client=town.planner.browser(town.deployment.workspace),
    ),
    "publishing.approve": on("submit"),
    "publishing.publish": on("submit", "approve"),
    "publishing.schedule": on("submit", "approve"),
    "publishing.unschedule": on("submit", "approve", "schedule"),
    "publishing.send_back": on("submit", sent={"reason": "请补充时间安排"}),
    "publishing.withdraw": on(*WAY[State.PUBLISHED], sent={"reason": "内容有误，重新核对"}),
    "publishing.comments": on(*WAY[State.PUBLISHED], sent={"open": "0"}),
    "publishing.restore": on("save", number=1),
}
