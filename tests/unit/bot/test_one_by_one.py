"""Two wishes in one message: the second is neither lost nor mixed with the first."""

from typing import Any

import pytest

from bot.engine import Question, Response
from bot.engine.one_by_one import OneByOne
from service.conversations import Reply

INTENTS = {
    "挂明天的骨科": "book_appointment",
    "再挂个眼科": "book_appointment",
    "问下停车多少钱": "ask_directions",
    "查下明天儿科谁在": "ask_doctor_schedule",
    "医生态度太差": "file_complaint",
    "我头疼": "find_department",
    "还有点发烧": "ask_fees",
    "收费也乱": "ask_fees",
}
KEPT = "您说的另一件事我记下了"


class TwoStepEngine:
    """Booking takes two messages, everything else one."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def parse(self, text: str) -> dict[str, Any]:
        return {"intent": {"name": INTENTS.get(text, "inform"), "confidence": 0.9}}

    async def respond(self, question: Question) -> Response:
        self.heard.append(question.text)
        opens = INTENTS.get(question.text) == "book_appointment"
        dialogue = {"slots": {}, "loop": "booking_form"} if opens else {"slots": {}}
        return Response((Reply(f"答：{question.text}"),), dialogue, {"intent": "inform"})

    async def close(self) -> None:
        return None


@pytest.fixture
def inner() -> TwoStepEngine:
    return TwoStepEngine()


@pytest.fixture
def engine(inner: TwoStepEngine) -> OneByOne:
    return OneByOne(inner, Reply(KEPT))


def said(text: str, dialogue: dict[str, Any] | None = None) -> Question:
    return Question(conversation_id=1, inbound_id=1, text=text, dialogue=dialogue or {})


def texts(response: Response) -> list[str]:
    return [reply.text for reply in response.replies]


async def test_a_question_beside_another_one_is_answered_at_once(engine: OneByOne) -> None:
    answered = await engine.respond(said("查下明天儿科谁在，另外问下停车多少钱"))
    assert texts(answered) == ["答：查下明天儿科谁在", "答：问下停车多少钱"]


async def test_beside_an_errand_it_waits_until_that_is_over(engine: OneByOne) -> None:
    opened = await engine.respond(said("挂明天的骨科 顺便问下停车多少钱"))
    assert texts(opened) == [KEPT, "答：挂明天的骨科"]
    over = await engine.respond(said("算了", opened.dialogue))
    assert texts(over) == ["答：算了", "答：问下停车多少钱"]
    assert "later" not in over.dialogue


async def test_two_bookings_are_two_wishes(engine: OneByOne, inner: TwoStepEngine) -> None:
    opened = await engine.respond(said("挂明天的骨科，再挂个眼科"))
    await engine.respond(said("算了", opened.dialogue))
    assert inner.heard == ["挂明天的骨科", "算了", "再挂个眼科"]


@pytest.mark.parametrize(
    "text", ["医生态度太差，另外收费也乱", "我头疼，另外还有点发烧", "挂明天的骨科，另外我妈七十了"]
)
async def test_what_belongs_together_stays_together(engine: OneByOne, text: str) -> None:
    assert texts(await engine.respond(said(text))) == [f"答：{text}"]


async def test_inside_an_errand_a_message_is_one_answer(engine: OneByOne) -> None:
    text = "挂明天的骨科 顺便问下停车多少钱"
    answered = await engine.respond(said(text, {"slots": {}, "loop": "complaint_form"}))
    assert texts(answered) == [f"答：{text}"]
