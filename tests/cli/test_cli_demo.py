"""`cdp demo` works the first time and every time after, and the page tells its story."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from command_line import DONE, USAGE, cdp, cdp_process, finished, settings_of
from fastapi.testclient import TestClient

from cdp.http.app import create
from cdp.wiring import Application

RECORDS = 300


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration, made by the command in a process of its own."""
    folder = tmp_path_factory.mktemp("demo") / "home"
    ran = finished(cdp_process("demo", "--home", folder, "--records", RECORDS, "--no-serve", home=folder))
    assert ran.code == DONE, ran.said
    assert ran.err == ""
    for place in ("1/3", "2/3", "3/3", "ready after"):
        assert place in ran.out
    assert f"{RECORDS} records are" in ran.out
    return folder


@pytest.fixture(scope="module")
def api(home: Path) -> Iterator[TestClient]:
    with TestClient(create(Application(settings_of(home)))) as client:
        yield client


def test_a_second_time_finds_everything_there(home: Path) -> None:
    again = cdp("demo", "--home", home, "--records", RECORDS, "--no-serve")
    assert again.code == DONE, again.said
    assert again.out.count("nothing changed") == 6
    assert f"{RECORDS} records are" in again.out


def test_other_people_need_another_home(home: Path) -> None:
    refused = cdp("demo", "--home", home, "--records", RECORDS + 1, "--no-serve")
    assert refused.code == USAGE
    refused.explains("home-exists", "--home")
    assert cdp("demo", "--home", home, "--records", "5", "--no-serve").code == USAGE


class _Page(HTMLParser):
    """The text and the elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_tells_of_two_reads_a_refusal_and_their_proofs(api: TestClient) -> None:
    answer = api.get("/")
    assert answer.status_code == 200, answer.text
    page = _Page(answer.text)
    assert page.text.count("inclusion verified") == 3
    assert "Signature verified." in page.text
    assert "NOT verified" not in page.text
    assert "refused" in page.text
    pseudonyms = set(re.findall(r"ps1\.\d{4}\.[A-Za-z0-9_-]{43}", page.text))
    assert len(pseudonyms) >= 3


def test_the_page_needs_no_script_and_nothing_from_outside(api: TestClient) -> None:
    answer = api.get("/")
    page = _Page(answer.text)
    assert not any(tag in {"script", "iframe", "object", "embed"} for tag, _ in page.elements)
    for _, attributes in page.elements:
        for name in ("src", "href"):
            assert not re.match(r"(https?:)?//", attributes.get(name) or "")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_each_telling_is_journalled_and_says_the_same(api: TestClient) -> None:
    first, second = (api.get("/").text for _ in range(2))
    entries = [max(map(int, re.findall(r'id="entry-(\d+)"', text))) for text in (first, second)]
    assert entries[1] == entries[0] + 3


def test_a_home_that_is_no_demonstration_has_no_page(tmp_path: Path) -> None:
    assert cdp("init", home=tmp_path / "home").code == DONE
    with TestClient(create(Application(settings_of(tmp_path / "home")))) as other:
        assert "inclusion verified" not in other.get("/").text
        assert other.get("/docs").status_code == 200
