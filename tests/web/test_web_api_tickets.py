"""Tickets by the API: the officer's own, by the rules of mail, with files both ways and nothing of anybody else's."""

from __future__ import annotations

import base64
import hashlib

import pytest

from mailbot.demo.screenshots import RETURN_FAILED, draw_page
from mailbot.domain.act import Act, Door
from mailbot.domain.verbs import Verb
from tests.builders import ASHA, BHARAT, CHITRA, DEV
from tests.web.api_desk import PREFIX, WORDS, make_caller
from tests.web.clients import AGENT

PICTURE = draw_page(RETURN_FAILED)


@pytest.fixture
def central(web, stranger):
    """Return the central software, with a key that may everything."""
    return make_caller(web, stranger)


def resolve(web, number, text="Cache cleared."):
    """Let the IT section resolve a ticket."""
    web.acting.act(Act(CHITRA, Door.WEB, f"resolve {number} {text}", number, Verb.RESOLVE, text=text))


def test_a_ticket_is_opened_with_the_fields_of_the_catalogue(web, central):
    """It is the officer's, says how it came, stands at its address, and its number is mailed."""
    lists = central.get("/catalogue").json()
    module = next(one for one in lists["modules"] if one["code"] == "return-filing")
    assert module["hi"]
    assert module["en"] != module["hi"]
    assert lists["description_limit"] == web.settings.desk.description_limit
    answer = central.post(
        "/tickets",
        {
            "employee_id": ASHA.employee_id,
            "title": "  GSTR-3B   दाखिल नहीं हो रहा ",
            "description": WORDS,
            "request_type": "problem",
            "module": "return-filing",
            "priority": "high",
            "mobile": "9876543210",
        },
    )
    made = answer.json()
    assert (answer.status_code, made["title"], made["source"]) == (201, "GSTR-3B दाखिल नहीं हो रहा", "api")
    assert (made["module"], made["priority"], made["mobile"]) == ("return-filing", "high", "+919876543210")
    assert (made["status"], made["steps"], made["employee_id"]) == ("new", ["comment"], ASHA.employee_id)
    assert [(line["kind"], line["by"]) for line in made["history"]] == [("opened", ASHA.name)]
    path = answer.headers["location"].removeprefix(PREFIX)
    assert central.call("GET", path).json() == made


def test_what_is_wrong_is_said_field_by_field(central):
    """Also what only the desk knows: its catalogue, its directory, the length of a description."""
    body = {"employee_id": "10487", "title": "", "description": "x", "colour": "red"}
    answer = central.post("/tickets", body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    problem = answer.json()
    assert {one["field"] for one in problem["errors"]} == {"employee_id", "title", "colour"}
    assert problem["type"] == "/api/v1/docs#wrong-fields"
    assert problem["request_id"] == answer.headers["x-request-id"]
    body = {"employee_id": "104872", "title": "T", "description": "d" * 501, "module": "moon", "priority": "normal"}
    assert [one["field"] for one in central.post("/tickets", body).json()["errors"]] == ["module", "description"]
    body = {"employee_id": "999999", "title": "T", "description": "d"}
    assert [one["field"] for one in central.post("/tickets", body).json()["errors"]] == ["employee_id"]


def test_the_round_of_a_ticket(web, central):
    """Comment, answer of the IT section, re-open for a reason, and confirm; what does not fit is refused (409)."""
    number = central.open()["number"]
    for path, body in (("reopen", {"reason": "Again."}), ("confirm", {})):
        early = central.post(f"/tickets/{number}/{path}", {"employee_id": "104872"} | body)
        assert (early.status_code, early.json()["type"]) == (409, "/api/v1/docs#not-now")
    said = central.post(f"/tickets/{number}/comments", {"employee_id": "104872", "text": "हर करदाता के साथ।"})
    assert (said.status_code, said.json()["history"][-1]["text"]) == (201, "हर करदाता के साथ।")
    web.acting.act(Act(CHITRA, Door.WEB, "a note", number, Verb.NOTE, text="Ask the data centre."))
    resolve(web, number)
    shown = central.get(f"/tickets/{number}", employee_id="104872").json()
    assert (shown["status"], shown["resolution"]) == ("resolved", "Cache cleared.")
    assert {"reopen", "confirm"} <= set(shown["steps"])
    assert "data centre" not in str(shown)
    again = central.post(f"/tickets/{number}/reopen", {"employee_id": "104872", "reason": "वही त्रुटि।"}).json()
    assert (again["status"], again["reopen_count"], again["history"][-1]["text"]) == ("in_progress", 1, "वही त्रुटि।")
    resolve(web, number, "Now the token.")
    closed = central.post(f"/tickets/{number}/confirm", {"employee_id": "104872", "text": "धन्यवाद"})
    assert (closed.status_code, closed.json()["status"]) == (200, "closed")


def test_files_come_in_base64_or_as_parts_and_go_out_as_they_came(central):
    """Both ways give the same ticket; what is fetched is saved and never shown as a page."""
    content = base64.b64encode(PICTURE).decode()
    first = central.open(attachments=[{"name": "स्क्रीन.png", "content": content}])
    form = {"employee_id": "104872", "title": "As parts", "description": WORDS}
    second = central.call("POST", "/tickets", data=form, files=[("files", ("screen.png", PICTURE, "image/png"))])
    assert second.status_code == 201, second.text
    for made in (first, second.json()):
        (file,) = made["attachments"]
        assert (file["sha256"], file["size"]) == (hashlib.sha256(PICTURE).hexdigest(), len(PICTURE))
        given = central.call("GET", file["href"].removeprefix(PREFIX))
        assert (given.content, given.headers["content-type"]) == (PICTURE, "image/png")
        assert given.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in given.headers["content-security-policy"]
        foreign = file["href"].removeprefix(PREFIX).replace("104872", BHARAT.employee_id)
        assert central.call("GET", foreign).status_code == 404
    number = first["number"]
    more = central.call(
        "POST",
        f"/tickets/{number}/comments",
        data={"employee_id": "104872", "text": "Again"},
        files=[("files", ("again.png", draw_page(RETURN_FAILED)[:-1] + b"\0", "image/png"))],
    )
    assert (more.status_code, len(more.json()["attachments"])) == (201, 2)


@pytest.mark.parametrize(
    ("name", "content", "field"),
    [
        ("program.exe", "TVqQAAM=", "attachments.0.name"),
        ("../etc/passwd.txt", "cm9vdA==", "attachments.0.name"),
        ("screen.png", "@@@@", "attachments.0.content"),
        ("screen.png", "", "attachments.0.content"),
    ],
)
def test_a_file_that_is_not_taken_is_named(central, name, content, field):
    """Nothing is opened, and the field is told."""
    body = {
        "employee_id": "104872",
        "title": "T",
        "description": "d",
        "attachments": [{"name": name, "content": content}],
    }
    assert [one["field"] for one in central.post("/tickets", body).json()["errors"]] == [field]
    parts = {"files": (name, base64.b64decode(content.replace("@", "")), "image/png")}
    form = {"employee_id": "104872", "title": "T", "description": "d"}
    if field.endswith("name"):
        assert central.call("POST", "/tickets", data=form, files=parts).status_code == 422
    assert central.get("/tickets", employee_id="104872").json()["items"] == []


def test_a_list_comes_in_parts_and_has_nobody_elses(central):
    """A cursor leads on, whatever is opened meanwhile; filters hold; nobody's Employee ID has an empty list."""
    made = [central.open(title=f"Problem {count}")["number"] for count in range(5)]
    central.open(BHARAT.employee_id)
    first = central.get("/tickets", employee_id="104872", limit=2).json()
    central.open(title="Meanwhile")
    second = central.get("/tickets", employee_id="104872", limit=2, cursor=first["next_cursor"]).json()
    third = central.get("/tickets", employee_id="104872", limit=2, cursor=second["next_cursor"]).json()
    found = [line["number"] for part in (first, second, third) for line in part["items"]]
    assert (found, third["next_cursor"]) == (made[::-1], None)
    assert central.get("/tickets", employee_id="104872", status="closed").json()["items"] == []
    assert len(central.get("/tickets", employee_id="104872", words="Meanwhile").json()["items"]) == 1
    assert central.get("/tickets", employee_id="999999").json() == {"items": [], "next_cursor": None}
    slip = central.get("/tickets", employee_id="104872", state="closed").json()
    assert [one["field"] for one in slip["errors"]] == ["query.state"]
    wrong = central.get("/tickets", employee_id="104872", cursor="bm9uZQ").json()
    assert [one["field"] for one in wrong["errors"]] == ["query.cursor"]


def test_foreign_and_missing_are_the_same(central):
    """For every call on a ticket: the same status and the same bytes, but for the id of the request."""
    theirs = central.open(BHARAT.employee_id)["number"]
    missing = "TMS-2611-00099-9"
    sha256 = "a" * 64
    calls = [
        ("GET", "/tickets/{}?employee_id=104872", None),
        ("GET", f"/tickets/{{}}/attachments/{sha256}?employee_id=104872", None),
        ("POST", "/tickets/{}/comments", {"employee_id": "104872", "text": "Mine?"}),
        ("POST", "/tickets/{}/reopen", {"employee_id": "104872", "reason": "Mine?"}),
        ("POST", "/tickets/{}/confirm", {"employee_id": "104872"}),
        ("POST", "/tickets/{}/confirm", {"employee_id": "999999"}),
    ]
    answers = set()
    for method, path, body in calls:
        for number in (theirs, missing, "x", "%0A", "TMS-2611-00001-3%00", f"{theirs}%0A"):
            answer = central.call(method, path.format(number), json=body, headers={"X-Request-Id": "same"})
            answers.add((answer.status_code, answer.content))
    assert {status for status, _ in answers} == {404}
    assert len(answers) == 1


def test_a_key_does_not_become_the_it_section_by_naming_one_of_it(central):
    """Of staff, leads and agents the API shows their own tickets only, and takes an officer's steps only."""
    theirs = central.open()["number"]
    for person in (CHITRA, DEV, AGENT):
        assert central.get("/tickets", employee_id=person.employee_id).json()["items"] == []
        assert central.get(f"/tickets/{theirs}", employee_id=person.employee_id).status_code == 404
        own = central.open(person.employee_id)
        assert own["steps"] == ["comment"]


def test_what_was_closed_long_ago_is_followed_by_a_new_ticket(web, clock, central):
    """As with mail: the old one stays closed, and the answer is the new one, at its own address."""
    number = central.open()["number"]
    resolve(web, number)
    central.post(f"/tickets/{number}/confirm", {"employee_id": "104872"})
    clock.move(days=60)
    answer = central.post(f"/tickets/{number}/reopen", {"employee_id": "104872", "reason": "The error is back."})
    assert (answer.status_code, answer.json()["status"]) == (201, "new")
    assert answer.json()["number"] != number
    assert answer.json()["number"] in answer.headers["location"]
    assert central.get(f"/tickets/{number}", employee_id="104872").json()["status"] == "closed"
