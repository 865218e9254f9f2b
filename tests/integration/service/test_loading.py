"""Loading a hospital's files: all or nothing, again and again, leaving hand-made changes alone."""

from datetime import date
from pathlib import Path

import pytest

from service.handbook import Handbooks
from service.loading import BadFiles, LoadReport, load_hospital
from service.model import (
    AftercareText,
    Answer,
    Base,
    ClinicSession,
    Department,
    LoadedRow,
    Notice,
    Practitioner,
    Schedule,
    ScheduleException,
    TriageEntry,
    TriageQuestion,
)
from tests.cast import WANG_XIUYING
from tests.databases import HOSPITAL
from tests.integration.service.desk import Desk
from tests.integration.service.small_hospital import SmallHospital

ALL = (
    Department,
    Practitioner,
    Schedule,
    ScheduleException,
    Answer,
    AftercareText,
    Notice,
    TriageEntry,
    TriageQuestion,
)


@pytest.fixture
def files(tmp_path: Path) -> SmallHospital:
    return SmallHospital(tmp_path / "hospital")


async def test_all_that_the_files_say_is_stored(desk: Desk, files: SmallHospital) -> None:
    report = await _load(desk, files)

    assert len(report.added) == sum([await desk.count(table) for table in ALL]) == 14
    assert (report.updated, report.kept, report.unchanged) == ([], [], 0)
    cardiology = await desk.one(Department, Department.code == "cardiology")
    assert (cardiology.name, cardiology.aliases) == ("心血管内科", ["心内科", "心内"])
    women = await desk.one(Department, Department.code == "gynecology")
    assert (women.sex, women.max_age, women.bookable, women.aliases) == ("F", None, True, [])
    fees = {one.weekday: one.fee for one in await desk.all(Schedule)}
    assert fees == {1: 5000, 3: 1000, 4: 5050}, "in fen"
    away = await desk.one(ScheduleException)
    assert (away.first_day, away.last_day) == (date(2026, 12, 2), date(2026, 12, 4))
    answer = await desk.one(Answer, Answer.code == "card")
    assert (answer.topic, answer.department_id) == ("fees", cardiology.id)
    assert (await desk.one(AftercareText)).sections == {"warning": "胸口疼请直接打120。"}
    assert (await desk.one(TriageQuestion)).choices[1] == {"label": "别的", "departments": ["妇科"]}


async def test_the_numbers_of_the_timetables_are_released_at_once(
    desk: Desk, files: SmallHospital
) -> None:
    report = await _load(desk, files)
    sessions = await desk.all(ClinicSession)
    assert report.released == len(sessions) == 6
    assert {one.day for one in sessions if one.cancelled} == {date(2026, 12, 2)}


async def test_the_fictional_hospital_loads_again_without_a_change(open_house: Desk) -> None:
    report = await load_hospital(open_house.db, HOSPITAL, open_house.clock, open_house.settings)
    assert (report.added, report.updated, report.kept, report.released) == ([], [], [], 0)
    assert report.unchanged == await open_house.count(LoadedRow)
    assert report.unchanged > 800


async def test_loading_again_days_later_moves_no_day_that_was_counted_from_the_first(
    desk: Desk, files: SmallHospital
) -> None:
    await _load(desk, files)
    desk.clock.go_on(days=2)
    report = await _load(desk, files)
    assert (report.added, report.updated, report.kept) == ([], [], [])
    assert (await desk.one(Notice)).first_day == date(2026, 12, 2)


async def test_a_row_that_changed_in_the_files_is_updated(desk: Desk, files: SmallHospital) -> None:
    await _load(desk, files)
    files.change("doctors.csv", "沈国梁", "沈国樑")
    files.change("answers/fees.yml", "在A座1层大厅。", "在A座2层大厅。")
    report = await _load(desk, files)
    assert report.updated == ["practitioner d001", "answer invoice"]
    assert (report.added, report.kept) == ([], [])
    assert (await desk.one(Practitioner, Practitioner.code == "d001")).name == "沈国樑"
    assert (await desk.one(Answer, Answer.code == "invoice")).text == "在A座2层大厅。"


async def test_a_row_that_is_new_in_the_files_is_added(desk: Desk, files: SmallHospital) -> None:
    await _load(desk, files)
    files.add("doctors.csv", "d003,王慧敏,F,cardiology,主任医师,高血压,看高血压。\n")
    assert (await _load(desk, files)).added == ["practitioner d003"]


async def test_a_row_changed_by_hand_is_kept_and_listed(desk: Desk, files: SmallHospital) -> None:
    await _load(desk, files)
    await desk.change(await _answer(desk), text="在A座3层，周末休息。")

    for _again in range(2):
        report = await _load(desk, files)
        assert (report.kept, report.updated, report.added) == (["answer invoice"], [], [])
    assert (await _answer(desk)).text == "在A座3层，周末休息。"

    files.change("answers/fees.yml", "在A座1层大厅。", "在A座2层大厅。")
    assert (await _load(desk, files)).kept == ["answer invoice"]
    assert (await _answer(desk)).text == "在A座3层，周末休息。"


async def test_a_row_changed_by_hand_into_what_the_files_say_is_theirs_again(
    desk: Desk, files: SmallHospital
) -> None:
    await _load(desk, files)
    await desk.change(await _answer(desk), text="在A座2层大厅。")
    files.change("answers/fees.yml", "在A座1层大厅。", "在A座2层大厅。")
    assert (await _load(desk, files)).kept == []
    files.change("answers/fees.yml", "在A座2层大厅。", "在A座4层大厅。")
    assert (await _load(desk, files)).updated == ["answer invoice"]


async def test_replace_overwrites_what_was_changed_by_hand(
    desk: Desk, files: SmallHospital
) -> None:
    await _load(desk, files)
    await desk.change(await _answer(desk), text="在A座3层，周末休息。")
    report = await _load(desk, files, replace=True)
    assert (report.updated, report.kept) == (["answer invoice"], [])
    assert (await _answer(desk)).text == "在A座1层大厅。"
    assert (await _load(desk, files)).unchanged == 14


async def test_sessions_that_keep_what_was_promised_are_listed(
    desk: Desk, files: SmallHospital
) -> None:
    assert (await _load(desk, files)).promised == []
    mondays = await desk.all(ClinicSession, ClinicSession.period == "morning")
    booked, free = (one for one in mondays if one.practitioner.name == "沈国梁")
    chat = await desk.chat(WANG_XIUYING)
    await desk.book(await desk.patient(WANG_XIUYING), booked, chat=chat)
    files.change("timetables.csv", "专家号,50,", "专家号,60,")
    report = await _load(desk, files, replace=True)
    assert report.promised == [f"沈国梁 {booked.day} morning"]
    fees = {one.id: one.fee for one in await desk.all(ClinicSession)}
    assert (fees[booked.id], fees[free.id]) == (5000, 6000)


async def test_a_row_made_by_hand_under_the_same_code_is_kept(
    desk: Desk, files: SmallHospital
) -> None:
    await desk.department("心血管内科")
    made = await desk.one(Department)
    await desk.change(made, code="cardiology", phone="0600-8129999")
    report = await _load(desk, files)
    assert "department cardiology" in report.kept
    assert (await desk.one(Department, Department.id == made.id)).phone == "0600-8129999"
    doctor = await desk.one(Practitioner, Practitioner.code == "d001")
    assert doctor.department_id == made.id


async def test_a_row_removed_by_hand_is_listed_and_not_brought_back(
    desk: Desk, files: SmallHospital
) -> None:
    await _load(desk, files)
    await desk.remove(await _answer(desk))

    for _again in range(2):
        report = await _load(desk, files)
        assert report.kept == ["answer invoice（已在数据库中删除）"]
        assert report.added == []
    assert await desk.count(Answer) == 1

    assert (await _load(desk, files, replace=True)).added == ["answer invoice"]
    assert await desk.count(Answer) == 2
    assert (await _load(desk, files)).unchanged == 14


async def test_a_doctor_removed_by_hand_does_not_come_back_through_the_timetable(
    desk: Desk, files: SmallHospital
) -> None:
    await _load(desk, files)
    for row in (
        *await desk.all(ClinicSession, ClinicSession.practitioner.has(code="d002")),
        *await desk.all(Schedule, Schedule.practitioner.has(code="d002")),
        *await desk.all(ScheduleException),
        await desk.one(Practitioner, Practitioner.code == "d002"),
    ):
        await desk.remove(row)
    files.add("timetables.csv", "d002,5,morning,普通号,10,08:00,12:00,30,10,A401诊室\n")

    report = await _load(desk, files)

    assert report.added == []
    assert [one.split("（")[0] for one in report.kept] == [
        "practitioner d002",
        "schedule d002/3/morning",
        "schedule d002/5/morning",
        "exception x001",
    ]
    assert await desk.count(Schedule) == 2

    report = await _load(desk, files, replace=True)
    assert len(report.added) == 4
    assert await desk.count(Schedule) == 4


async def test_the_handbook_has_what_was_loaded_at_the_next_question(
    desk: Desk, files: SmallHospital
) -> None:
    await _load(desk, files)
    handbooks = Handbooks(desk.db)
    before = await handbooks.current()
    assert before.find_departments("我想挂心内科") == [before.department("心血管内科")]
    assert await handbooks.current() is before
    files.change("departments.csv", "心内科;心内", "心脏科")
    await _load(desk, files)
    after = await handbooks.current()
    assert after.find_departments("我想挂心内科") == []
    assert [one.code for one in after.find_departments("心脏科")] == ["cardiology"]


async def test_one_bad_row_is_enough_that_nothing_is_loaded(
    desk: Desk, files: SmallHospital
) -> None:
    files.change("timetables.csv", "50.5", "五十")
    with pytest.raises(BadFiles):
        await _load(desk, files)
    assert await _rows(desk) == 0


async def test_a_bad_file_leaves_what_was_loaded_before(desk: Desk, files: SmallHospital) -> None:
    await _load(desk, files)
    files.change("doctors.csv", "沈国梁", "沈国樑")
    files.change("timetables.csv", "50.5", "五十")
    with pytest.raises(BadFiles):
        await _load(desk, files)
    assert (await desk.one(Practitioner, Practitioner.code == "d001")).name == "沈国梁"
    assert await desk.count(Schedule) == 3


async def _load(desk: Desk, files: SmallHospital, *, replace: bool = False) -> LoadReport:
    return await load_hospital(desk.db, files.folder, desk.clock, desk.settings, replace=replace)


async def _answer(desk: Desk) -> Answer:
    found: Answer = await desk.one(Answer, Answer.code == "invoice")
    return found


async def _rows(desk: Desk) -> int:
    tables: tuple[type[Base], ...] = (*ALL, LoadedRow, ClinicSession)
    return sum([await desk.count(table) for table in tables])
