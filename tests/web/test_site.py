from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from waywarden.terms.places import City
from waywarden.web.answers import CONTENT_SECURITY_POLICY
from waywarden.web.app import create_app


@pytest.mark.parametrize(
    "path", ["/", "/keeps", "/api/v1", "/api/v1/cameras", "/api/v1/nothing", "/static/theme.js", "/nothing"]
)
def test_every_answer_has_the_security_headers(client: TestClient, built_page: Path, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_the_policy_names_this_host_alone() -> None:
    directives = dict(part.strip().split(" ", 1) for part in CONTENT_SECURITY_POLICY.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == directives["connect-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    allowed = {word for value in directives.values() for word in value.split()}
    assert allowed <= {"'none'", "'self'", "data:", "blob:"}


def test_files_with_a_hash_are_kept_for_good_and_pages_are_not(client: TestClient, built_page: Path) -> None:
    asset = next((built_page / "assets").glob("*.js"))
    assert "immutable" in client.get(f"/static/assets/{asset.name}").headers["cache-control"]
    assert client.get("/static/assets/none.js").headers.get("cache-control") is None
    assert client.get("/").headers["cache-control"] == "no-cache"


def test_nothing_outside_the_static_folder_is_served(client: TestClient, built_page: Path) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/assets/../../app.py"):
        assert client.get(path).status_code == 404


def test_without_the_built_page_the_api_works_and_the_page_says_what_to_do(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.web.made_up import MemoryStore

    monkeypatch.setattr("waywarden.web.answers.STATIC", tmp_path)
    client = TestClient(create_app(city, MemoryStore()))
    assert client.get("/api/v1/cameras").status_code == 200
    answer = client.get("/")
    assert answer.status_code == 503
    assert "npm run build" in answer.json()["detail"]


def test_the_built_page_names_no_other_host(built_page: Path) -> None:
    """What is in the bundle as text is not asked for, but a page's own markup and styles must not name a host."""
    for path in [*built_page.glob("*.html"), *built_page.glob("*.css"), *built_page.glob("assets/*.css")]:
        found = re.findall(r"(?:src|href|url\(|@import)[=\s\"'(]*(?:https?:)?//[^\s\"')]+", path.read_text())
        assert found == [], path


def test_the_lock_file_names_no_registry(page_folder: Path) -> None:
    lock = json.loads((page_folder / "package-lock.json").read_text())
    assert lock["packages"]
    assert all("resolved" not in package for package in lock["packages"].values())
    assert all("integrity" in package for path, package in lock["packages"].items() if path)


@pytest.mark.parametrize("script", ["check", "test"])
def test_the_page_is_typed_and_its_pure_parts_are_right(page_folder: Path, script: str) -> None:
    done = subprocess.run(
        ["npm", "run", "--silent", script], cwd=page_folder, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
