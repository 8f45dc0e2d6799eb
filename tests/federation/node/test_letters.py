"""Which face a letter is set in: a name in any script prints, or is seen not to."""

import pytest

from federation.node.letters import MARK, are_lent, are_printed, cut, runs, width_of
from federation.node.paper import Sheet, paper, table, words

SHEET = Sheet(title="x", author="x", language="en", foot="محمد " * 60, page_words=lambda page, pages: f"{page}/{pages}")


@pytest.fixture(autouse=True)
def faces() -> None:
    """Faces are read once a process draws something."""
    words("x")


@pytest.mark.parametrize(
    "text", ["Łódź", "Nguyễn Thị Hường", "Ελένη Παπαδοπούλου", "Юлия Щербакова", "Şükrü Ğ", "ß–“…"]
)
def test_what_our_faces_have_is_embedded(text: str) -> None:
    """Latin with every accent, also where it is written apart; Greek; Cyrillic."""
    assert [(run.face, run.text) for run in runs(text, "Serif")] == [("Serif", text)]
    assert are_printed(text)
    assert not are_lent(text)
    assert runs("e\u0301\u00ad\u200b", "Sans")[0].text == "é"


@pytest.mark.parametrize(
    ("text", "face"),
    [
        ("東京きもの", "HeiseiMin-W3"),
        ("北京市朝阳区们", "STSong-Light"),
        ("서울특별시", "HYSMyeongJo-Medium"),
    ],
)
def test_letters_of_eastern_asia_are_lent_by_the_reader_s_machine(text: str, face: str) -> None:
    """Each name in one face that has all of it, beside ours for what stands around it."""
    assert [(run.face, run.text) for run in runs(f"{text} & Co", "Sans")] == [(face, text), ("Sans", " & Co")]
    assert (are_printed(text), are_lent(text)) == (True, True)
    assert width_of(text, "Serif", 10) == pytest.approx(10 * len(text))


def test_what_no_face_has_is_marked_once_a_word() -> None:
    """No empty boxes and nothing left out unseen; spaces of any kind are spaces."""
    assert [run.text for run in runs("محمد\u2003علي", "Serif")] == [MARK, " ", MARK]
    assert "".join(run.text for run in runs("Silk \U0001f457!", "Serif")) == f"Silk {MARK}!"
    assert not are_printed("Silk \U0001f457!")
    assert are_printed("two\nlines\u00a0and a\ttab")


def test_a_line_is_cut_where_there_is_no_more_room() -> None:
    """Measured as it is drawn, in whatever faces."""
    assert cut("東京きもの", "Sans", 10, 50) == "東京きもの"
    short = cut("東京きもの", "Sans", 10, 42)
    assert short.endswith("…")
    assert width_of(short, "Sans", 10) <= 42


def test_a_document_of_every_script_is_drawn_the_same_each_time() -> None:
    """Also where a line is far too long for its place, in cells, and in the foot."""

    def drawn() -> bytes:
        cells = [["x", "y"], ["محمد & <b>\nΕλένη & <i>\n東京", "서울" * 40], ["", "1"]]
        return paper(SHEET, [words("東京きもの" * 60, "title"), table(cells, [1, 1], totals=1, is_titled=True)])

    made = drawn()
    assert made == drawn()
    assert b"HeiseiMin-W3" in made
