"""A hospital's files are checked whole; what is wrong is named by file, line and expected form."""

import shutil
from pathlib import Path

import pytest

from service.loading import BadFiles, read_folder
from tests.databases import HOSPITAL
from tests.integration.service.small_hospital import SmallHospital


@pytest.fixture
def files(tmp_path: Path) -> SmallHospital:
    return SmallHospital(tmp_path)


def test_good_files_have_nothing_to_name(files: SmallHospital) -> None:
    assert len(read_folder(files.folder)) == 14
    assert len(read_folder(HOSPITAL)) > 800


# file, what stands there, what is written instead, the line, what is said
BAD_CELLS = [
    ("departments.csv", "门诊楼A座3层", "", 2, "location=''：应为不能为空的文字"),
    ("departments.csv", "0600-8121001", "总机", 2, "phone='总机'：应为电话号码，如 0600-8121001"),
    ("departments.csv", "月经不调,F", "月经不调,女", 3, "sex='女'：应为F、M 或留空"),
    ("departments.csv", "F,,,yes", "F,,,是", 3, "bookable='是'：应为yes 或 no"),
    ("departments.csv", "F,,,yes", "F,,130,yes", 3, "max_age='130'：应为岁数，如 14，或留空"),
    (
        "exceptions.csv",
        "x001",
        "进修",
        2,
        "code='进修'：应为小写字母、数字和 - 组成的代码，如 cardiology",
    ),
    ("doctors.csv", "沈国梁,M", "沈国梁,", 2, "sex=''：应为F 或 M"),
    (
        "doctors.csv",
        "主治医师",
        "医生",
        3,
        "title='医生'：应为主任医师、副主任医师、主治医师或住院医师",
    ),
    (
        "doctors.csv",
        "F,gynecology",
        "F,andrology",
        3,
        "department='andrology'：应为departments.csv 里的科室代码",
    ),
    ("timetables.csv", "50.5", "五十", 3, "fee='五十'：应为以元计的金额，如 50 或 12.5"),
    ("timetables.csv", "50.5", "-50", 3, "fee='-50'：应为以元计的金额，如 50 或 12.5"),
    ("timetables.csv", "50.5", "50.555", 3, "fee='50.555'：应为以元计的金额，如 50 或 12.5"),
    ("timetables.csv", "d002,3,", "d002,8,", 4, "weekday='8'：应为1（周一）到 7（周日）"),
    ("timetables.csv", "14:00", "2点", 3, "starts='2点'：应为时间，如 08:00"),
    ("timetables.csv", "17:00", "13:00", 3, "ends='13:00'：应为比 starts 晚的时间"),
    ("timetables.csv", "30,10", "30,31", 4, "outside=31：应为不大于 capacity 的数"),
    ("timetables.csv", "d002", "d099", 4, "doctor='d099'：应为doctors.csv 里的医生代码"),
    ("exceptions.csv", "d002", "d099", 2, "doctor='d099'：应为doctors.csv 里的医生代码"),
    (
        "exceptions.csv",
        "cancelled,,",
        "substituted,d099,",
        2,
        "substitute='d099'：应为doctors.csv 里的医生代码",
    ),
    (
        "exceptions.csv",
        "+1",
        "明天",
        2,
        "from='明天'：应为日期，如 2026-12-01，或 +3（加载后第 3 天）",
    ),
    ("exceptions.csv", "+3", "+0", 2, "until：应为不早于 from 的日期"),
    ("notices.yml", "2026-12-31", "2026-13-31", 1, "until='2026-13-31'：应为日期，如 2026-12-01"),
    ("notices.yml", "2026-12-31", "2026-12-31 08:00:00", 1, "应为日期，如 2026-12-01"),
    ("answers/fees.yml", "[医保卡]", "医保卡", 1, "keywords='医保卡'：应为关键词的列表"),
    ("answers/fees.yml", "  title: 发票在哪里开\n", "", 7, "title=None：应为不能为空的文字"),
    (
        "answers/fees.yml",
        "department: cardiology",
        "department: 心内",
        1,
        "department='心内'：应为departments.csv 里的科室代码，或留空",
    ),
    (
        "answers/fees.yml",
        "department: cardiology",
        "department: andrology",
        1,
        "department='andrology'：应为departments.csv 里的科室代码",
    ),
    (
        "aftercare/stent.yml",
        "心血管内科",
        "心内",
        1,
        "department='心内'：应为departments.csv 里的科室名称",
    ),
    (
        "aftercare/stent.yml",
        "warning",
        "diet",
        1,
        "sections={'diet': '胸口疼请直接打120。'}：应为各节文字，至少有 warning",
    ),
    (
        "triage/internal.yml",
        "心血管内科",
        "心内",
        1,
        "department='心内'：应为departments.csv 里的科室名称",
    ),
    ("triage/questions.yml", "[妇科]", "[妇产科]", 1, "departments='妇产科'：应为科室名称"),
    (
        "triage/questions.yml",
        "label: 别的, ",
        "",
        1,
        "应为2 到 4 个选项，各有 label 和 departments",
    ),
]


@pytest.mark.parametrize(("file", "before", "after", "line", "said"), BAD_CELLS)
def test_a_bad_cell_is_named(
    files: SmallHospital, file: str, before: str, after: str, line: int, said: str
) -> None:
    files.change(file, before, after)
    (bad,) = _bad(files)
    assert bad.startswith(f"{file} 第 {line} 行：")
    assert said in bad


def test_all_bad_cells_of_all_files_are_named_at_once(files: SmallHospital) -> None:
    files.change("departments.csv", "门诊楼A座4层", "")
    files.change("timetables.csv", "专家号,50.5", "特需号,五十")
    files.change("triage/internal.yml", "[胸闷]", "胸闷")
    assert _bad(files) == [
        "departments.csv 第 3 行：location=''：应为不能为空的文字",
        "timetables.csv 第 3 行：kind='特需号'：应为普通号或专家号",
        "timetables.csv 第 3 行：fee='五十'：应为以元计的金额，如 50 或 12.5",
        "triage/internal.yml 第 1 行：typical='胸闷'：应为词语的列表",
    ]


def test_what_refers_to_a_bad_row_is_not_called_bad_as_well(files: SmallHospital) -> None:
    files.change("departments.csv", "0600-8121001", "总机")
    files.change("doctors.csv", "陈雅琴", "")
    assert [one.split("：")[0] for one in _bad(files)] == [
        "departments.csv 第 2 行",
        "doctors.csv 第 3 行",
    ]


def test_an_unknown_column_is_named(files: SmallHospital) -> None:
    files.change("exceptions.csv", "reason\n", "reason,note\n")
    assert _bad(files) == ["exceptions.csv 第 2 行：不认识的列 note"]


def test_a_column_that_is_missing_is_named(files: SmallHospital) -> None:
    files.change("exceptions.csv", ",reason", "")
    files.change("exceptions.csv", ",外出学习", "")
    assert _bad(files) == ["exceptions.csv 第 2 行：reason=None：应为不能为空的文字"]


def test_a_row_with_too_many_cells_is_named(files: SmallHospital) -> None:
    files.change("exceptions.csv", "外出学习", "外出学习,三天")
    (bad,) = _bad(files)
    assert bad == "exceptions.csv 第 2 行：多出的内容 三天"


def test_a_code_that_is_there_twice_is_named_with_both_lines(files: SmallHospital) -> None:
    files.change("doctors.csv", "d002", "d001")
    files.change("timetables.csv", "d001,4,afternoon", "d001,1,morning")
    files.change("timetables.csv", "d002", "d001")
    files.change("exceptions.csv", "d002", "d001")
    assert _bad(files) == [
        "doctors.csv 第 3 行：d001 与第 2 行重复",
        "timetables.csv 第 3 行：d001/1/morning 与第 2 行重复",
    ]


def test_a_code_that_is_there_twice_in_two_files_is_named(files: SmallHospital) -> None:
    files.write(
        "answers/hours.yml",
        "- {code: card, title: 几点开门, asks: [几点开门], keywords: [开门], text: 八点。}\n",
    )
    assert _bad(files) == ["answers/hours.yml 第 1 行：card 与 answers/fees.yml 第 1 行重复"]


def test_a_department_s_name_that_is_there_twice_is_named(files: SmallHospital) -> None:
    files.add("departments.csv", "women,妇科,,妇儿,A座,0600-8121023,痛经,F,,,yes\n")
    assert _bad(files) == ["departments.csv 第 4 行：妇科 与第 3 行重复"]


def test_broken_yaml_is_named_with_its_line(files: SmallHospital) -> None:
    files.write("answers/fees.yml", "- code: card\n  title: [能用医保卡吗\n  text: 可以用。\n")
    assert _bad(files) == ["answers/fees.yml 第 3 行：不是正确的 YAML"]


@pytest.mark.parametrize("content", ["只是一句话\n", "", "- 一句话\n"])
def test_yaml_without_entries_is_named(files: SmallHospital, content: str) -> None:
    files.write("answers/fees.yml", content)
    assert _bad(files) == ["answers/fees.yml 第 0 行：应为条目的列表"]


def test_a_file_that_is_missing_is_named(files: SmallHospital) -> None:
    files.remove("exceptions.csv")
    files.remove("departments.csv")
    assert _bad(files) == [
        "departments.csv 第 0 行：没有这个文件",
        "exceptions.csv 第 0 行：没有这个文件",
    ]


def test_a_folder_that_is_missing_is_named_by_its_files(tmp_path: Path) -> None:
    with pytest.raises(BadFiles) as refused:
        read_folder(tmp_path / "nowhere")
    assert len(refused.value.rows) == 4
    assert all(row.problem == "没有这个文件" for row in refused.value.rows)


def test_a_file_in_another_encoding_is_named(files: SmallHospital) -> None:
    """Excel on a Chinese computer writes GBK."""
    doctors = (files.folder / "doctors.csv").read_text(encoding="utf-8")
    files.write("doctors.csv", doctors.encode("gbk"))
    assert _bad(files) == ["doctors.csv 第 0 行：应为 UTF-8 编码的 CSV 文件"]


@pytest.mark.parametrize("name", ["answers/fees.yml", "notices.yml"])
def test_yaml_in_another_encoding_is_named(files: SmallHospital, name: str) -> None:
    text = (files.folder / name).read_text(encoding="utf-8")
    files.write(name, text.encode("gbk"))
    assert _bad(files) == [f"{name} 第 0 行：应为 UTF-8 编码的 YAML 文件"]


def test_yaml_with_a_control_character_is_named(files: SmallHospital) -> None:
    files.change("notices.yml", "请坐地铁来。", "请坐\x07地铁来。")
    assert _bad(files) == ["notices.yml 第 0 行：不是正确的 YAML"]


def test_excel_s_mark_at_the_beginning_of_a_file_is_no_part_of_it(files: SmallHospital) -> None:
    doctors = (files.folder / "doctors.csv").read_text(encoding="utf-8")
    files.write("doctors.csv", doctors.encode("utf-8-sig"))
    assert len(read_folder(files.folder)) == 14


def test_a_copy_of_the_fictional_hospital_with_one_typing_error_names_just_that(
    tmp_path: Path,
) -> None:
    folder = shutil.copytree(HOSPITAL, tmp_path / "copy")
    text = (folder / "departments.csv").read_text(encoding="utf-8")
    (folder / "departments.csv").write_text(text.replace("0600-8121001", "", 1), encoding="utf-8")
    with pytest.raises(BadFiles) as refused:
        read_folder(folder)
    assert [str(row) for row in refused.value.rows] == [
        "departments.csv 第 2 行：phone=''：应为电话号码，如 0600-8121001"
    ]


def _bad(files: SmallHospital) -> list[str]:
    with pytest.raises(BadFiles) as refused:
        read_folder(files.folder)
    assert str(refused.value) == "\n".join(str(row) for row in refused.value.rows)
    return [str(row) for row in refused.value.rows]
