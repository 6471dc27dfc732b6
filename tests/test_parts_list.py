"""The list of parts (SBOM) is whole and says of every part under which licence it is; copyleft is named, with why."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PERMISSIVE = {
    "Apache-2.0", "Apache Software License", "BSD License", "BSD-2-Clause", "BSD-3-Clause", "CNRI-Python", "MIT",
    "MIT License", "MIT-0", "MIT-CMU", "PSF-2.0",
}  # fmt: skip
# The program runs without any of these. What a person does who may not use it is said in docs/operations.md.
NAMED = {
    "psycopg": ("LGPL-3.0-only", "the driver of PostgreSQL, loaded as it is by those who install the extra"),
    "psycopg-binary": ("LGPL-3.0-only", "the same"),
    "pyphen": ("Mozilla Public License 1.1 (MPL 1.1)", "hyphens of the printed guide; one of three licences to choose"),
    "certifi": ("Mozilla Public License 2.0 (MPL 2.0)", "certificates for tools of the tests, never part of the wheel"),
    "hypothesis": ("MPL-2.0", "a tool of the tests, never part of the wheel"),
    "pathspec": ("Mozilla Public License 2.0 (MPL 2.0)", "a tool of the build, never part of the wheel"),
}


@pytest.fixture(scope="module")
def bom():
    """Return the list as `make sbom` writes it."""
    command = [sys.executable, str(ROOT / "packaging" / "sbom.py")]
    return json.loads(subprocess.run(command, capture_output=True, check=True, cwd="/").stdout)


def licence_of(component):
    """Return what a part is under, as the list says."""
    (one,) = component["licenses"]
    return one.get("expression") or one["license"]["name"]


def is_allowed(component):
    """Tell whether one may choose a licence for a part under which it binds nobody, or which is named above."""
    allowed = PERMISSIVE | ({NAMED[component["name"]][0]} if component["name"] in NAMED else set())
    return any(set(choice.split(" AND ")) <= allowed for choice in licence_of(component).split(" OR "))


def test_every_locked_package_is_in_the_list(bom):
    """Name, version, address in the common form, and the hashes that the lock demands: the same number of all."""
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.6")
    locked = set(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK, re.MULTILINE))
    assert {(one["name"], one["version"]) for one in bom["components"]} == locked
    assert all(one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}" for one in bom["components"])
    assert sum(len(one["properties"]) for one in bom["components"]) == LOCK.count("--hash=sha256:")
    assert "://" not in json.dumps(bom["components"])


def test_every_licence_is_permissive(bom):
    """A new dependency under another licence stops here, until somebody names it with a reason or leaves it out."""
    unlicensed = [one["name"] for one in bom["components"] if not one["licenses"]]
    assert unlicensed == []
    assert [f"{one['name']}: {licence_of(one)}" for one in bom["components"] if not is_allowed(one)] == []
    parts = {one["name"]: one for one in bom["components"]}
    assert [name for name in NAMED if name not in parts or parts[name]["scope"] == "required"] == []
    assert bom["metadata"]["component"]["licenses"] == [{"expression": "Apache-2.0"}]


def test_the_list_says_what_the_program_cannot_do_without(bom):
    """What pyproject.toml demands is required, with all that it needs in turn; extras are optional, tools excluded."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    scopes = {one["name"]: one["scope"] for one in bom["components"]}

    def names(requirements):
        return {re.split(r"[^A-Za-z0-9._-]", one)[0].lower() for one in requirements}

    assert {scopes[name] for name in names(project["dependencies"])} == {"required"}
    assert scopes["mako"] == scopes["pydantic-core"] == "required"
    assert {scopes[name] for name in names(project["optional-dependencies"]["postgres"])} == {"optional"}
    assert scopes["psycopg-binary"] == scopes["pyphen"] == "optional"
    assert scopes["pytest"] == scopes["ruff"] == "excluded"
    known = {one["bom-ref"] for one in bom["components"]} | {"mailbot"}
    assert {one["ref"] for one in bom["dependencies"]} == known
    assert {need for one in bom["dependencies"] for need in one["dependsOn"]} <= known
