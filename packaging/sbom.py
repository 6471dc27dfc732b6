"""Prints the list of parts (SBOM) as CycloneDX 1.6 JSON: every locked package with its licence and who needs it.

The same lock gives the same list, byte for byte. It is read from requirements.lock and from what is installed here.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

PROJECT = "mailbot"
LOCK = Path(__file__).parent.parent / "requirements.lock"
_LINE = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_NEED = re.compile(r"^([A-Za-z0-9._-]+)\s*(?:\[([^\]]*)\])?[^;]*(?:;(.*))?$")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")
# Their metadata says nothing; the file beside their code does.
STATED = {"imapclient": "BSD-3-Clause"}
# Only a list of names that SPDX knows may be an expression; whatever else is a name as its authors write it.
_EXPRESSION = re.compile(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*")


def read_lock(text: str) -> dict[str, tuple[str, list[str]]]:
    """Return version and hashes of every locked package, by its normal name."""
    found: dict[str, tuple[str, list[str]]] = {}
    name = ""
    for line in text.splitlines():
        if match := _LINE.match(line):
            name = normal_name(match[1])
            found[name] = (match[2], [])
        if name and (match := _HASH.search(line)):
            found[name][1].append(match[1])
    return found


def normal_name(name: str) -> str:
    """Return the name as every index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def find_installed(name: str) -> Distribution | None:
    """Return the metadata of a package, or None when it is not installed here, such as one for another system."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def find_licence(name: str, installed: Distribution | None) -> str:
    """Return the licence as the package states it: the expression, else its classifiers, else one line of text."""
    if name in STATED or installed is None:
        return STATED.get(name, "")
    metadata: Any = installed.metadata
    kinds = [one.split(" :: ") for one in metadata.get_all("Classifier") or () if one.startswith("License :: ")]
    classified = " OR ".join(parts[-1] for parts in kinds if len(parts) > 2)  # noqa: PLR2004 - License :: OSI :: name
    return str(metadata.get("License-Expression") or classified or str(metadata.get("License") or "").split("\n")[0])


def find_needs(installed: Distribution | None, extras: set[str]) -> dict[str, set[str]]:
    """Return what a package needs with these extras: names, each with the extras that are asked for in turn."""
    needs: dict[str, set[str]] = {}
    for requirement in (installed.requires if installed else None) or ():
        match = _NEED.match(requirement)
        wanted = set(_EXTRA.findall(match[3] or "")) if match else set()
        if match and (not wanted or wanted & extras):
            asked = {one.strip() for one in (match[2] or "").split(",") if one.strip()}
            needs.setdefault(normal_name(match[1]), set()).update(asked)
    return needs


def find_reached(extras: set[str], locked: set[str]) -> set[str]:
    """Return every locked package that the program needs with these extras, directly or through another one."""
    reached: set[str] = set()
    open_ends = [(PROJECT, frozenset(extras))]
    seen = set(open_ends)
    while open_ends:
        name, chosen = open_ends.pop()
        for need, asked in find_needs(find_installed(name), set(chosen)).items():
            end = (need, frozenset(asked))
            if need in locked and end not in seen:
                reached.add(need)
                seen.add(end)
                open_ends.append(end)
    return reached


def make_bom(lock: str) -> dict[str, Any]:
    """Return the whole list."""
    locked = read_lock(lock)
    program = find_installed(PROJECT)
    offered: Any = program.metadata.get_all("Provides-Extra") if program else []
    required = find_reached(set(), set(locked))
    optional = find_reached(set(offered or ()), set(locked)) - required
    scopes = dict.fromkeys(required, "required") | dict.fromkeys(optional, "optional")
    components = [_component(name, *locked[name], scopes.get(name, "excluded")) for name in sorted(locked)]
    root = {"type": "application", "bom-ref": PROJECT, "name": PROJECT, "version": program.version if program else ""}
    root |= {"licenses": _licences(find_licence(PROJECT, program))}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, lock)}",
        "version": 1,
        "metadata": {"component": root},
        "components": components,
        "dependencies": [_depends(name, locked) for name in (PROJECT, *sorted(locked))],
    }


def _component(name: str, version: str, hashes: list[str], scope: str) -> dict[str, Any]:
    """Return one package; the hashes are those of all its files, of which each machine installs one."""
    return {
        "type": "library",
        "bom-ref": name,
        "name": name,
        "version": version,
        "scope": scope,
        "purl": f"pkg:pypi/{name}@{version}",
        "licenses": _licences(find_licence(name, find_installed(name))),
        "properties": [{"name": f"{PROJECT}:locked-sha256", "value": one} for one in hashes],
    }


def _licences(stated: str) -> list[dict[str, Any]]:
    if not stated:
        return []
    if _EXPRESSION.fullmatch(stated):
        return [{"expression": stated}]
    return [{"license": {"name": stated}}]


def _depends(name: str, locked: dict[str, Any]) -> dict[str, Any]:
    installed = find_installed(name)
    offered: Any = (installed.metadata.get_all("Provides-Extra") if installed and name == PROJECT else None) or ()
    return {"ref": name, "dependsOn": sorted(set(find_needs(installed, set(offered))) & set(locked))}


if __name__ == "__main__":
    json.dump(make_bom(LOCK.read_text(encoding="utf-8")), sys.stdout, indent=1)
    sys.stdout.write("\n")
