"""What programs send and get; the OpenAPI document is made from these."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from mailbot.domain.hooks import DeliveryState, HookEvent, HookState
from mailbot.domain.ticket import Status
from mailbot.web.uploads import ENDINGS, MOST_FILES

# Patterns of JSON Schema know no flag for either case.
_ENDINGS = "|".join("".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in ending) for ending in ENDINGS)
FILE_NAME = rf"^[^/\\\x00-\x1f\x7f]{{1,80}}\.({_ENDINGS})$"
_BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$"
# At least one letter or digit of any script that officers write in.
_WORDS = "[0-9A-Za-z\u00c0-\u1fff\u2c00-\ud7ff]"
LONGEST_TEXT, LONGEST_TITLE, LONGEST_CODE = 5_000, 150, 40

EmployeeId = Annotated[
    str, Field(pattern=r"^[0-9]{6}$", description="The officer's Employee ID, six digits.", examples=["104872"])
]
CodeName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$", max_length=LONGEST_CODE)]
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT, pattern=_WORDS)]


class Sent(BaseModel):
    """What a program sends: a field that is not known is a mistake, and is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SentFile(Sent):
    """A file inside JSON."""

    name: Annotated[
        str,
        Field(
            pattern=FILE_NAME, description="Its name, with an ending such as .png or .pdf.", examples=["screenshot.png"]
        ),
    ]
    content: Annotated[
        str,
        Field(
            min_length=4,
            pattern=_BASE64,
            description="Its bytes in Base64 (RFC 4648, 4).",
            examples=["iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="],
        ),
    ]

    @field_validator("content")
    @classmethod
    def _decodable(cls, content: str) -> str:
        try:
            base64.b64decode(content, validate=True)
        except binascii.Error as error:
            raise ValueError("is no Base64") from error
        return content

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        return base64.b64decode(self.content)


Files = Annotated[
    tuple[SentFile, ...],
    Field(max_length=MOST_FILES, description="Screenshots and other files. In multipart they are the parts `files`."),
]


class NewTicket(Sent):
    """A ticket to open for an officer."""

    employee_id: EmployeeId
    title: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_TITLE,
            pattern=_WORDS,
            description="The problem in one line.",
            examples=["GSTR-3B cannot be filed"],
        ),
    ]
    description: Annotated[
        Text, Field(description="What happens, and when.", examples=["Error 500 after the OTP, since this morning."])
    ]
    request_type: Annotated[
        CodeName | None, Field(description="A code of the catalogue; without one the desk's default is taken.")
    ] = None
    module: Annotated[CodeName | None, Field(description="The same for the module.")] = None
    priority: Annotated[CodeName | None, Field(description="The same for the priority.")] = None
    mobile: Annotated[
        str | None,
        Field(
            pattern=r"^(\+91)?[6-9][0-9]{9}$",
            description="Where the officer can be called, if not on the number of the directory.",
            examples=["+919412233445"],
        ),
    ] = None
    attachments: Files = ()


class NewComment(Sent):
    """An addition to a ticket, in the officer's name."""

    employee_id: EmployeeId
    text: Annotated[Text, Field(description="What the officer adds.", examples=["It happens with every taxpayer."])]
    attachments: Files = ()


class NewReopening(Sent):
    """Why the officer is not content with the answer."""

    employee_id: EmployeeId
    reason: Annotated[Text, Field(description="What is still wrong.", examples=["The same error came back."])]
    attachments: Files = ()


class NewConfirmation(Sent):
    """The officer's word that the problem is solved."""

    employee_id: EmployeeId
    text: Annotated[str, Field(max_length=LONGEST_TEXT, description="A word to the IT section, if there is one.")] = ""


class NewWebhook(Sent):
    """An address that is told of changes."""

    url: Annotated[
        str,
        Field(
            min_length=1,
            max_length=500,
            description="An https:// address on the public net, or on a host that the desk's settings allow.",
            examples=["https://central.tax.example/hooks/mailbot"],
        ),
    ]
    events: Annotated[tuple[HookEvent, ...], Field(min_length=1, max_length=20, description="What it is told.")]


class Choice(BaseModel):
    """One choice of the catalogue."""

    code: Annotated[str, Field(examples=["return-filing"])]
    en: Annotated[str, Field(examples=["Return filing"])]
    hi: Annotated[str, Field(examples=["रिटर्न फाइलिंग"])]
    is_default: bool


class CatalogueAnswer(BaseModel):
    """Everything a ticket may be filed under, with the names in both languages."""

    request_types: list[Choice]
    modules: list[Choice]
    priorities: list[Choice]
    statuses: list[Choice]
    description_limit: Annotated[int, Field(description="How long a description may be (characters).")]


class TicketLine(BaseModel):
    """A ticket as it stands."""

    number: Annotated[str, Field(examples=["TMS-2611-00042-7"])]
    title: str
    status: Status
    request_type: str
    module: str
    priority: str
    employee_id: str
    source: Annotated[str, Field(description="How it came: mail, web, phone or api.")]
    reopen_count: int
    rating: int | None
    opened_at: datetime
    changed_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    resolution: str
    merged_into: Annotated[str, Field(description="The ticket it became a part of, if it did.")]


class TicketList(BaseModel):
    """One part of a list; ask for the next with `cursor`, until `next_cursor` is null."""

    items: list[TicketLine]
    next_cursor: str | None


class HistoryLine(BaseModel):
    """Something that happened to a ticket, as its officer sees it."""

    at: datetime
    kind: Annotated[str, Field(examples=["commented"])]
    by: Annotated[str, Field(description="The name of who did it; empty for the desk itself.")]
    text: str


class AttachedFile(BaseModel):
    """A file of a ticket; `href` gives it, without one it is held back by the scanner."""

    sha256: str
    name: str
    content_type: str
    size: int
    href: str | None


class TicketAnswer(TicketLine):
    """A ticket with its history and files, and what its officer may do with it now."""

    description: str
    mobile: str
    assignee: Annotated[str, Field(description="The name of who of the IT section has it.")]
    steps: Annotated[list[str], Field(description="What the officer may do now.", examples=[["comment", "reopen"]])]
    history: list[HistoryLine]
    attachments: list[AttachedFile]


class WebhookAnswer(BaseModel):
    """A webhook and how it fares."""

    id: int
    url: str
    events: list[HookEvent]
    state: Annotated[HookState, Field(description="`off` when it failed for days; enable it again.")]
    made_at: datetime
    failing_since: datetime | None
    error: Annotated[str, Field(description="What the last attempt met.")]
    waiting: Annotated[int, Field(description="How many messages wait.")]


class WebhookMade(WebhookAnswer):
    """A new webhook with its secret, which is shown this once."""

    secret: Annotated[str, Field(description="Signs every message; keep it like a password.")]


class WebhookList(BaseModel):
    """The webhooks of this key."""

    items: list[WebhookAnswer]


class DeliveryAnswer(BaseModel):
    """A message to a webhook."""

    id: Annotated[str, Field(description="The same in the header X-Mailbot-Delivery.")]
    event: HookEvent
    ticket: str
    at: datetime
    state: DeliveryState
    attempts: int
    answer: str
    tried_at: datetime | None


class DeliveryList(BaseModel):
    """The latest messages to a webhook, the newest first."""

    items: list[DeliveryAnswer]


class WrongField(BaseModel):
    """One field that is wrong."""

    field: str
    detail: str


class ProblemDocument(BaseModel):
    """What went wrong (RFC 9457)."""

    type: Annotated[str, Field(description="Names the kind of problem; it stays the same.")]
    title: str
    status: int
    detail: Annotated[str, Field(description="What to do, for people.")]
    request_id: Annotated[str | None, Field(description="Under which the desk's log knows this call.")] = None
    errors: list[WrongField] | None = None


def fields_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the fields of a body as they stand in OpenAPI."""
    return model.model_json_schema(ref_template="#/components/schemas/{model}")
