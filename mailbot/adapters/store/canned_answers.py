"""Prepared answers of the IT section, in both languages; its leads write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.tables_staff import canned_answers
from mailbot.domain.people import Language

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

_C = canned_answers.c


@dataclass(frozen=True, slots=True)
class CannedAnswer:
    """An answer that is written once; `module` is empty when it fits every ticket. `id` is 0 for a new one."""

    id: int
    name: str
    module: str
    text_en: str
    text_hi: str

    def text(self, language: Language) -> str:
        """Return the answer in a language."""
        return self.text_hi if language is Language.HINDI else self.text_en


_COLUMNS = (_C.id, _C.name, _C.module, _C.text_en, _C.text_hi)


def find_answers(engine: Engine, module: str | None = None) -> tuple[CannedAnswer, ...]:
    """Return the answers by name: all of them, or those that fit a ticket of this module, its own first."""
    query = select(*_COLUMNS)
    if module is not None:
        query = query.where(or_(_C.module == "", _C.module == module)).order_by((_C.module == "").asc())
    with reading(engine) as connection:
        return tuple(CannedAnswer(*row) for row in connection.execute(query.order_by(func.lower(_C.name), _C.id)))


def find_answer(engine: Engine, answer_id: int) -> CannedAnswer | None:
    """Return one answer, or None."""
    with reading(engine) as connection:
        row = connection.execute(select(*_COLUMNS).where(_C.id == answer_id)).first()
        return CannedAnswer(*row) if row else None


def keep_answer(engine: Engine, answer: CannedAnswer, by: str, now: datetime) -> bool:
    """Add or change an answer; False when another one has this name, or when it is gone."""
    values = {name: getattr(answer, name) for name in ("name", "module", "text_en", "text_hi")}
    values |= {"changed_by": by, "changed_at": now}
    try:
        with writing(engine) as connection:
            if not answer.id:
                connection.execute(canned_answers.insert().values(values))
                return True
            return connection.execute(update(canned_answers).where(_C.id == answer.id).values(values)).rowcount > 0
    except IntegrityError:
        return False


def drop_answer(engine: Engine, answer_id: int) -> bool:
    """Remove an answer; False when there was none."""
    with writing(engine) as connection:
        return connection.execute(delete(canned_answers).where(_C.id == answer_id)).rowcount > 0
