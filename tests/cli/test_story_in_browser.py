"""The story in a real browser: without scripts, without the world outside, for a screen reader, on a small screen."""

import itertools
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from command_line import DONE, cdp, settings_of

from cdp.http.app import create
from cdp.wiring import Application

pytestmark = pytest.mark.browser
REQUIRED = "ENISHI_REQUIRE_BROWSER"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (360, 1200)


def _chromium() -> str:
    for name in ("/usr/bin/chromium", "chromium", "chromium-browser"):
        found = shutil.which(name)
        if found:
            return found
    if os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, but no Chromium is installed")
    pytest.skip("no Chromium is installed")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a small demonstration is served."""
    _chromium()
    home = tmp_path_factory.mktemp("browser") / "home"
    ran = cdp("demo", "--home", home, "--records", "300", "--no-serve")
    assert ran.code == DONE, ran.said
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create(Application(settings_of(home))), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    path = _chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


class Visit:
    """One look at a page: what was asked of the network, what went wrong, and the page itself."""

    def __init__(self, browser: Any, url: str, *, width: int = 1200) -> None:
        self.context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 800})
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.troubles: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("requestfailed", lambda request: self.troubles.append(request.url))
        self.page.on("console", lambda message: self.troubles.append(message.text))
        self.answer = self.page.goto(url, wait_until="networkidle")

    def all(self, selector: str, expression: str) -> list[Any]:
        """`expression` of every element `e` that the selector finds (the tool's own script, not the page's)."""
        found: list[Any] = self.page.eval_on_selector_all(selector, f"all => all.map(e => {expression})")
        return found


@pytest.fixture(scope="module")
def visit(browser: Any, address: str) -> Iterator[Visit]:
    looked = Visit(browser, f"{address}/")
    yield looked
    looked.context.close()


def test_the_page_arrives_whole_and_asks_nobody_else(visit: Visit) -> None:
    assert visit.answer.status == 200
    assert visit.troubles == []
    hosts = {urlsplit(url).hostname for url in visit.asked if not url.startswith("data:")}
    assert hosts == {"127.0.0.1"}
    assert any(url.endswith(".css") for url in visit.asked)
    assert visit.all("link[rel=stylesheet]", "e.sheet.cssRules.length")[0] > 5


def test_the_proofs_say_verified(visit: Visit) -> None:
    text = visit.page.inner_text("main")
    assert text.count("inclusion verified") == 3
    assert "Signature verified" in text
    assert "NOT verified" not in text


def test_the_language_and_the_title_are_declared(visit: Visit) -> None:
    assert visit.page.get_attribute("html", "lang") == "en"
    assert len(visit.page.title()) > 10
    assert visit.all("meta[charset]", "e.getAttribute('charset').toLowerCase()") == ["utf-8"]


def test_headings_descend_one_step_at_a_time(visit: Visit) -> None:
    levels = [int(tag[1]) for tag in visit.all("h1,h2,h3,h4,h5,h6", "e.tagName")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))


def test_landmarks_are_there_once_and_sections_have_names(visit: Visit) -> None:
    for landmark in ("header", "main", "footer"):
        assert len(visit.all(landmark, "1")) == 1, landmark
    names = visit.all("section", "document.getElementById(e.getAttribute('aria-labelledby'))?.innerText || ''")
    assert names
    assert all(names)
    assert len(set(visit.all("[id]", "e.id"))) == len(visit.all("[id]", "e.id"))


def test_every_table_has_a_caption_and_headers_with_a_scope(visit: Visit) -> None:
    captions = visit.all("table", "e.caption ? e.caption.innerText.trim() : ''")
    assert captions
    assert all(captions)
    assert set(visit.all("th", "e.getAttribute('scope')")) <= {"col", "row"}
    assert all(visit.all("th", "e.innerText.trim()"))
    assert all(visit.all("table", "e.querySelectorAll('th[scope=col]').length > 0"))


def test_every_picture_is_labelled_or_decoration(visit: Visit) -> None:
    pictures = "img,svg,canvas,object,video"
    labelled = "(e.getAttribute('aria-hidden') === 'true' || e.hasAttribute('alt') || !!e.getAttribute('aria-label'))"
    assert all(visit.all(pictures, labelled))
    assert visit.all("svg", "1")


def test_links_lead_somewhere_and_say_where(visit: Visit) -> None:
    assert all(visit.all("a", "e.innerText.trim() !== ''"))
    assert all(visit.all("a[href^='#']", "!!document.getElementById(e.getAttribute('href').slice(1))"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["/", "/docs"])
def test_nothing_stands_out_to_the_side(browser: Any, address: str, path: str, width: int) -> None:
    looked = Visit(browser, address + path, width=width)
    (wide,) = looked.all("html", "[e.scrollWidth, e.clientWidth]")
    looked.context.close()
    assert wide[0] <= wide[1] == width


def test_text_stands_out_from_what_is_behind_it(visit: Visit) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1, for every element with text of its own."""
    found = visit.page.evaluate(_CONTRASTS)
    assert len(found) > 50
    assert [one for one in found if one[0] < 4.5] == []


_CONTRASTS = """() => {
  const parts = text => (text.match(/[0-9.]+/g) || []).map(Number);
  const linear = part => { const c = part / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = colour => 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
  const behind = e => {
    for (let at = e; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const own = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  return [...document.body.querySelectorAll('*')].filter(own).map(e => {
    const [front, back] = [light(parts(getComputedStyle(e).color)), light(behind(e))];
    return [(Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05), e.tagName, e.innerText.slice(0, 20)];
  });
}"""
