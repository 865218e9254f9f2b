"""Complaints: listen first, ask only what was not told, give a number."""

import re

from rasa_sdk.events import EventType, FollowupAction

from actions.cases import SAYS_ANONYMOUS
from actions.complaint_reading import (
    BARE_OPENING,
    NOT_TOLD,
    VENTS,
    WISH,
    ComplaintReader,
)
from actions.errand import DONE, OPENINGS, PLAIN, Draft, Errand
from actions.further import SHORT
from actions.questions import AnswerQuestion
from actions.request_words import asks_for_contact
from actions.talk import NotUnderstood
from actions.turn import Turn, echo
from actions.wishes import day_words
from service import cases
from service.cases import CaseFacts, is_severe
from service.patients import mask_phones

_GIVES_UP = re.compile(
    r"(?:唉|哎|嗯|那|还是|我|就|都)*(?:算了|算啦|拉倒|不说了|不投诉了|不举报了|懒得|没意思|不想说了|不追究了).{0,10}"
)
_NOT_GIVEN_UP = re.compile(r"(?:不能|不会|没完|凭什么|难道|就这么|不可能).{0,4}算了|[？?]")
_NO_WISH_TO_GO_ON = re.compile(r"说|投诉|没用|没意思|懒得|追究|拉倒")
_COMPLAINS = re.compile(
    r"投诉|举报|态度|骂|吼|凶|(?<!相)差(?!不多|点)|不理|没人|乱|气|坑|烂|黄牛|挂不上|约不上|不让|不给|被|竟|居然|结果|停诊|说|来了|半天|小时|分钟|才|却|收费|服务|道歉|赔|脏|臭|吵|贵|慢|等了|排队|错|摔|丢|坏|冷漠|敷衍|推|拖|馊|蟑螂|难吃|插队|红包"
)
_WANTS_A_NUMBER = re.compile(
    r"(?:那|我|还是|就|先|帮我|给我|麻烦|请|想|要|得|再)*(?:挂(?:个|一个|上)?号|预约(?:挂号|个号)?|约(?:个|一个)?号|看病挂号)(?:再说|吧|了|啊|要紧|[，。！!\s])*"
)


class Complaint(Errand):
    """What, when and where, who, what they want, how to reach them: each asked at most once."""

    form = "complaint_form"
    word = "投诉"
    opens = ("file_complaint",)
    own = OPENINGS

    async def begin(self, turn: Turn) -> Draft:
        """What turned out to be no praise is not told twice."""
        kept = turn.slot("draft") or {}
        if kept.get("form") != "opinion_form" or kept.get("step") != "which":
            return {}
        return {"what": kept["values"]["what"], "settles": "opinion_form"}

    async def act(self, turn: Turn) -> list[EventType]:
        kept = turn.slot("draft") or {}
        step = str(kept.get("step", ""))
        asked = kept.get("form") == self.form and turn.loop_is_asking and not turn.resuming
        if asked and self._gives_up(turn, step):
            turn.say("complaint_stopped", [("继续说", '/affirm{"resume": true}')])
            values = dict(kept["values"])
            return self._over(values, {"form": self.form, "values": values, "step": step})
        if asked and turn.typed and _WANTS_A_NUMBER.fullmatch(turn.text.strip()):
            values = dict(kept["values"])
            left = {"form": self.form, "values": values, "step": step}
            return [*self._over(values, left), FollowupAction("booking_form")]
        if kept.get("form") != self.form and _is_doubtful(turn):
            asks = len(turn.text) < SHORT and turn.text.rstrip("？?").endswith(("呢", "吗"))
            other = AnswerQuestion() if asks else NotUnderstood()
            return self.hand_on(turn, await other.act(turn))
        return await super().act(turn)

    def _gives_up(self, turn: Turn, step: str) -> bool:
        """算了，说了也没用: nobody is talked into a complaint. To the question for a phone a mere
        算了 may mean no phone, so it is asked once which.
        """
        if turn.values.get("stop"):
            return True
        text = turn.text.strip()
        if not turn.typed or _NOT_GIVEN_UP.search(text):
            return False
        unsure = (turn.slot("draft") or {}).get("values", {}).get("unsure")
        if step == "contact" and not unsure and not _NO_WISH_TO_GO_ON.search(text):
            return False
        return turn.stops or bool(_GIVES_UP.fullmatch(text))

    def _is_left_for(self, turn: Turn, step: str) -> bool:
        """A plain other errand, with no word of complaint in it, is that errand."""
        if turn.intent in ("file_complaint", "give_suggestion", "give_praise"):
            return False
        if turn.intent not in OPENINGS:
            return False
        if not turn.typed:
            return True
        return turn.confidence >= LEAVES and not _COMPLAINS.search(turn.text)

    async def read(self, turn: Turn, draft: Draft, step: str) -> bool:
        if not turn.typed and not turn.values.get("skip") and not turn.values.get("anonymous"):
            return False
        if step and turn.typed and (_asks_aside(turn) or _is_other_wish(turn, step)):
            return False
        if _asks_how_long(turn, step) and await _say_how_long(turn):
            return True
        if step == "contact" and turn.typed and turn.stops:
            draft["unsure"] = True
            return True
        return await ComplaintReader(turn, draft).read(step)

    def left_behind(self, draft: Draft) -> Draft | None:
        """The complaint that what comes right after belongs to."""
        return {"case": draft["case"]} if draft.get("case") else None

    def ends(self, turn: Turn, step: str) -> bool:
        """See ``_gives_up``, which has words of its own."""
        return False

    async def ask(self, turn: Turn, draft: Draft) -> str:
        heard = draft.get("heard", {})
        if draft.pop("vents", False):
            turn.say("complaint_heard")
        if draft.pop("who_knows", False):
            turn.say("complaint_private")
        if draft.pop("why", False):
            turn.say("complaint_why")
        if not draft.get("what") and heard.get("what", 0) < MOST_ASKED:
            turn.say("complaint_ask_what_again" if heard.get("what") else "complaint_ask_what")
            return "what"
        draft["what"] = draft.get("what") or _all_told(draft)
        if not draft.get("greeted"):
            draft["greeted"] = True
            turn.say("complaint_sorry")
        missing = _missing_place(draft)
        if missing:
            turn.say(f"complaint_ask_{missing}", [("不记得了", '/inform{"skip": true}')])
            return "where"
        wished = draft.get("wish") or WISH.search(draft["what"])
        if not wished and heard.get("wish", 0) < MOST_ASKED:
            turn.say("complaint_ask_wish", [("没有特别要求", '/inform{"skip": true}')])
            return "wish"
        if not draft.get("contact") and not draft.get("anonymous"):
            self._ask_contact(turn, draft)
            return "contact"
        await self._register(turn, draft)
        return DONE

    def _ask_contact(self, turn: Turn, draft: Draft) -> None:
        anonymous = '/inform{"anonymous": true}'
        if draft.get("unsure"):
            turn.say(
                "complaint_register_or_not",
                [("匿名登记", anonymous), ("先不投诉", '/deny{"stop": true}')],
            )
            return
        again = "complaint_ask_contact_again"
        asked = again if draft.get("heard", {}).get("contact") else "complaint_ask_contact"
        bad = draft.pop("bad_phone", False)
        turn.say("phone_again" if bad else asked, [("匿名", anonymous)])

    async def _register(self, turn: Turn, draft: Draft) -> None:
        services = turn.services
        case = await cases.open_case(
            services.db,
            services.vault,
            services.clock,
            services.settings,
            conversation_id=await turn.conversation_id(),
            kind="complaint",
            facts=CaseFacts(
                what=draft["what"],
                when=draft.get("when", ""),
                where=draft.get("where", ""),
                who=draft.get("who", ""),
                wish=draft.get("wish", ""),
                contact=draft.get("contact", ""),
                anonymous=bool(draft.get("anonymous")),
            ),
            origin=turn.origin("complain"),
        )
        by = case.answer_by.astimezone(services.settings.zone)
        draft["case"] = case.number
        turn.say(
            "complaint_done",
            number=case.number,
            said="".join((echo(mask_phones(draft["what"])), _details(draft))),
            by=f"{day_words(by.date())}{by:%H:%M}",
        )
        if case.medical_dispute:
            turn.say("complaint_dispute")
        turn.flag("complaint", f"case {case.number}")


LONGEST_QUESTION = 12
LEAVES = 0.6
"""From this confidence on another errand's opening ends the questions of a complaint."""


MOST_ASKED = 2
"""So often one question is asked of somebody who tells something else instead."""


def _is_doubtful(turn: Turn) -> bool:
    """Whether the model guesses, and no word of complaint is there: 食堂呢."""
    if not turn.typed or turn.intent != "file_complaint" or turn.confidence >= LEAVES:
        return False
    text = turn.text.strip()
    said = _COMPLAINS.search(text) or VENTS.fullmatch(text) or BARE_OPENING.fullmatch(text)
    return not said and not is_severe(text)


def _missing_place(draft: Draft) -> str:
    """What of time and place is asked next; each at most once more when only the other was told."""
    when, where = draft.get("when"), draft.get("where")
    asked = draft.get("heard", {}).get("where", 0)
    if draft.get("no_where") or (when and where):
        return ""
    if asked >= MOST_ASKED:
        return ""
    if not when and not where:
        return "when_where"
    return "where" if when else "when" if asked == 0 else ""


def _details(draft: Draft) -> str:
    """What was told beside the matter itself, as it stands in the receipt."""
    told = [
        str(draft[key]) for key in ("when", "where", "wish") if draft.get(key, NOT_TOLD) != NOT_TOLD
    ]
    new = [echo(one) for one in told if one not in draft["what"]]
    return f"（{'，'.join(new)}）" if new else ""


def _all_told(draft: Draft) -> str:
    """All that was told, when nobody said what happened."""
    facts = [str(draft[key]) for key in ("when", "where", "who", "wish") if draft.get(key)]
    return "，".join(facts) or NOT_TOLD


def _asks_aside(turn: Turn) -> bool:
    """Whether something is asked between two answers: 我先问一下，收费处几点下班."""
    asks = turn.intent.startswith("ask_") and turn.intent != "ask_human"
    return asks and turn.confidence >= LEAVES and bool(_ASIDE.search(turn.text))


_ASIDE = re.compile(r"问一下|问问|请问|先问|几点|多少钱|在哪|哪里|怎么走|怎么去|几楼")


def _asks_how_long(turn: Turn, step: str) -> bool:
    """多久能处理 between two answers, which is no wish and no fact."""
    short = len(turn.text) <= LONGEST_QUESTION and step not in ("", "what")
    return turn.typed and short and asks_for_contact(turn.text)


async def _say_how_long(turn: Turn) -> bool:
    """Until when complaints are answered, as the hospital's own entry has it."""
    handbook = await turn.handbook()
    entry = next((one for one in handbook.answers if one.code == "service-complaint"), None)
    lines = entry.text.strip().splitlines() if entry else []
    line = next((one for one in lines if "答复" in one), "")
    if line:
        turn.say("answer", content=f"{line.rstrip('。')}。")
    return bool(line)


def _is_other_wish(turn: Turn, step: str) -> bool:
    """Whether the words are plainly something else than a fact of the complaint."""
    if SAYS_ANONYMOUS.search(turn.text):
        return False
    if turn.intent in ("ask_human", "stop_messages", "bot_challenge"):
        return turn.confidence > 0.5
    if turn.intent == "check_complaint":
        return turn.confidence > PLAIN
    if step == "what" or _COMPLAINS.search(turn.text):
        return False
    return turn.intent in OTHER_ERRANDS and turn.confidence > 0.75


OTHER_ERRANDS = (
    "book_appointment",
    "reschedule_appointment",
    "cancel_appointment",
    "check_appointment",
    "ask_fees",
    "ask_directions",
    "ask_hours",
    "ask_insurance",
    "ask_report",
    "ask_visit_preparation",
)


ACTIONS = (Complaint,)
