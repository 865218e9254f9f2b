"""Suggestions and praise: recorded in the patient's own words, and thanked for."""

import re
from typing import Any

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions.complaints import OTHER_ERRANDS
from actions.errand import DONE, HEARING, OPENINGS, PLAIN, Draft, Errand
from actions.talk import AskHuman
from actions.turn import Turn
from service import cases
from service.answers import find_answers
from service.cases import CaseFacts
from service.patients import PHONE, clean_phone

SURE = 0.6
"""Below this confidence nothing is recorded as praise or a suggestion without a yes."""


class Opinion(Errand):
    """A suggestion or praise: recorded in the patient's own words, and thanked for."""

    form = "opinion_form"
    word = "意见"
    opens = ("give_suggestion", "give_praise")
    own = OPENINGS

    async def act(self, turn: Turn) -> list[EventType]:
        """What was open before is asked again at once: an opinion is said in passing."""
        kept = turn.slot("draft") or {}
        if kept.get("form") != self.form and turn.intent == "give_praise" and _passes_on(turn):
            return self.hand_on(turn, await AskHuman().act(turn))
        paused = turn.slot("paused")
        if kept.get("form") == self.form and paused and _is_for_the_other(turn):
            # 表扬护士, and then the phone that the booking asked for.
            return [SlotSet("topic", None), *_goes_on(paused, HEARING)]
        events = await super().act(turn)
        waits = next((one["value"] for one in events if one.get("name") == "paused"), None)
        if SlotSet("draft", None) not in events or not waits or not waits.get("interrupted"):
            return events
        return [
            *(one for one in events if one.get("name") not in ("draft", "paused")),
            *_goes_on(waits, True),
        ]

    def _remind(self, turn: Turn, paused: Any, draft: Draft) -> Any:
        """No reminder of what goes on at once."""
        if paused and not paused.get("offered") and paused["form"] != draft.get("settles"):
            return {**paused, "interrupted": True}
        return super()._remind(turn, paused, draft)

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        if step == "sure":
            draft["sure"] = turn.affirms
            return turn.affirms or turn.denies
        if step == "which":
            draft["sure"] = draft["checked"] = turn.affirms or "表扬" in turn.text
            return bool(draft["sure"]) or turn.denies
        if not step:
            draft["kind"] = "praise" if turn.intent == "give_praise" else "suggestion"
            draft["sure"] = not turn.typed or _is_surely(turn)
            if turn.typed and not _BARE_OPINION.fullmatch(turn.text.strip()):
                draft["what"] = turn.text
                draft["asks"] = _is_question(turn.text)
            return True
        if not turn.typed or (turn.intent in OTHER_ERRANDS and turn.confidence > 0.75):
            return False
        praises = _PRAISES.search(turn.text) or _DID_WELL.search(turn.text)
        if not praises and (
            _ASKS_ELSE.search(turn.text)
            or (turn.intent.startswith("ask_") and turn.confidence > 0.75)
        ):
            return False
        draft["what"] = f"{draft.get('what') or ''}\n{turn.text}".strip()
        draft["sure"] = True
        return True

    def _is_left_for(self, turn: Turn, step: str) -> bool:
        """What seemed praise is a complaint after all, or something else is plainly wanted."""
        if turn.intent == "file_complaint":
            return step == "which"
        other = turn.intent in OPENINGS and turn.intent not in _TOLD_IN_PRAISE
        return other and turn.confidence >= PLAIN and not _PRAISES.search(turn.text)

    async def ask(self, turn: Turn, draft: Draft) -> str:
        kind = str(draft["kind"])
        if draft.pop("asks", False):
            await _explain(turn, kind)
            return DONE
        what = str(draft.get("what") or "")
        if not what:
            turn.say(f"{kind}_ask")
            return "what"
        if kind == "praise" and not draft.get("checked") and _ANGRY.search(what):
            if draft.get("asked_which"):
                turn.say("deny")
                return DONE
            draft["asked_which"] = True
            turn.say(
                "praise_or_complaint", [("我要投诉", "/file_complaint"), ("是表扬", "/affirm")]
            )
            return "which"
        short = len(_PRAISE_FRAME.sub("", what)) < SHORTEST_PRAISE
        short = short and not (_PRAISES.search(what) and _SOMEBODY.search(what))
        if kind == "praise" and short and (turn.resuming or not draft.get("asked_more")):
            draft["asked_more"] = True
            turn.say("praise_more")
            return "what"
        if not draft["sure"] and draft.get("asked_sure"):
            turn.say("deny")
            return DONE
        if not draft["sure"]:
            draft["asked_sure"] = True
            turn.say(f"{kind}_sure", [("是的，请记下", "/affirm"), ("不是", "/deny")])
            return "sure"
        services = turn.services
        handbook = await turn.handbook()
        phone = PHONE.search(draft["what"])
        doctors = handbook.find_doctors(draft["what"])
        departments = handbook.find_departments(draft["what"])
        case = await cases.open_case(
            services.db,
            services.vault,
            services.clock,
            services.settings,
            conversation_id=await turn.conversation_id(),
            kind=kind,
            facts=CaseFacts(
                what=draft["what"],
                contact=clean_phone(phone[0]) if phone else "",
                who=doctors[0].name if len(doctors) == 1 else "",
                where=departments[0].name if departments else "",
            ),
            origin=turn.origin(kind),
        )
        draft["recorded"] = case.number
        turn.say(f"{kind}_done", number=case.number)
        return DONE

    def left_behind(self, draft: Draft) -> Draft | None:
        """没有了 right after belongs to what was recorded."""
        return {"opinion": draft["recorded"]} if draft.get("recorded") else None


def _is_for_the_other(turn: Turn) -> bool:
    """Whether the answer is one to the errand that was interrupted: a phone, a day."""
    told = turn.intent == "inform" and (PHONE.search(turn.text) or turn.when().days)
    return turn.typed and turn.loop_is_asking and bool(told)


def _goes_on(paused: Draft, resumed: object) -> list[EventType]:
    """The errand that was interrupted asks again, or hears this message as its answer."""
    left = {name: paused[name] for name in ("form", "values", "step")}
    return [
        SlotSet("requested_slot", None),
        SlotSet("draft", {**left, "resumed": resumed}),
        SlotSet("paused", None),
        FollowupAction(str(left["form"])),
    ]


def _is_surely(turn: Turn) -> bool:
    """Whether it is recorded without a yes: a praise has a word of praise in it."""
    praises = (
        turn.intent != "give_praise" or _PRAISES.search(turn.text) or _THANKS.search(turn.text)
    )
    return turn.confidence >= SURE and bool(praises)


def _passes_on(turn: Turn) -> bool:
    """帮我跟王医生说我腿又疼了: a message for somebody, which a person hands on."""
    text = turn.text
    return turn.typed and bool(_HANDS_ON.search(text)) and not _THANKS.search(text)


def _is_question(text: str) -> bool:
    """Whether it is asked how to praise or to suggest, rather than done."""
    asks = re.search(r"[？?]|谁|怎么|怎样|哪里|哪儿|在哪|如何|吗[。！]?$", text)
    return bool(asks) and not _PRAISES.search(text)


async def _explain(turn: Turn, kind: str) -> None:
    """How it is done; the hospital's own entry when it has one."""
    found = find_answers(await turn.handbook(), turn.text)
    if found and found[0].answer.code == f"service-{kind}":
        turn.say("answer", content=found[0].answer.text.strip())
    else:
        turn.say(f"{kind}_how")


_THANKS = re.compile(r"表扬|夸|赞|感谢|谢|锦旗|好评|好人|感恩|好")
_HANDS_ON = re.compile(
    r"(?:帮我|替我|麻烦|请).{0,4}(?:跟|和|给|告诉|转告|通知|问).{1,8}(?:医生|大夫|主任|护士|他|她).{0,2}(?:说|讲|带话|转告|我)"
)
_SOMEBODY = re.compile(r"医生|大夫|护士|主任|护工|保洁|保安|导医|收费员|工作人员|志愿者")
SHORTEST_PRAISE = 8
"""In fewer characters nobody has said who was good and why."""
_TOLD_IN_PRAISE = ("find_department", "give_praise", "give_suggestion")
_PRAISES = re.compile(
    r"耐心|细心|热情|负责|(?:真|很|特别|太|非常|挺)(?:的)?好|专业|温柔|周到|辛苦了|不错|救了|治好|感动"
)
_DID_WELL = re.compile(r"得(?:真|很|特别|非常|太)?(?:好|棒|到位|仔细)(?![吗不])")
_ASKS_ELSE = re.compile(r"[？?]$|[吗么]$|多少钱|在哪|几点|几楼|怎么[走办去挂]")
"""A question in between is answered, and never filed as praise."""
_ANGRY = re.compile(
    r"等了?\s*(?:我|了)?\s*[一二两三四五六七八九十几半\d]+\s*个?半?多?(?:小时|钟头|上午|下午|天)|等了?(?:半天|好久|太久|很久)|排了?.{0,4}(?:小时|半天)"
    r"|气死|生气|气人|来气|火大|(?<!相)(?<!误)差(?!不多|点|一点|异|别)|骂|吼|凶|没人管|推来推去|踢皮球|坑|垃圾|呵呵|敷衍|不耐烦"
)
_PRAISE_FRAME = re.compile(
    r"我|俺|要|想|表扬|夸夸?|点赞|点个赞|感谢|谢谢|送|面|锦旗|写|封|表扬信|感谢信|给|你们|医院|一下|一?个人|一?[个位]|某|的|人|[，。！!,.\s]"
)
_BARE_OPINION = re.compile(
    r"(?:我|俺)?(?:要|想|有|能不能|可以)?(?:给你们|给医院|跟你们)?(?:提|有|送)?(?:个|点|一个|一点|一条|些|一下|面)?(?:建议|意见|表扬|表扬信|锦旗|夸夸?|点赞)(?:一下|一位医生|一个医生|医生|护士|你们)?[吗呢啊吧。！!，,？?]*"
)


ACTIONS = (Opinion,)
