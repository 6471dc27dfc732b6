"""The program as it is installed elsewhere: a wheel in an empty environment, used outside the repository."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.programs import run
from tests.whole.desk import Office

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

pytestmark = pytest.mark.whole

REPOSITORY = Path(__file__).parents[2]
SHARED = ["templates", "migrations", "settings.toml"]


class InstalledOffice(Office):
    """An office that runs the installed program of another environment."""

    program = Path()

    def command(self, *arguments: str) -> Sequence[str]:
        """Return the command line of the installed program."""
        return (str(self.program), "--settings", str(self.settings_file), *arguments)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an environment with nothing but the wheel and, by path, the libraries of this environment.

    A path in a .pth file is not searched for further .pth files, so the checkout that is installed here stays out.
    """
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist")]
    run(*build, str(REPOSITORY))
    run(sys.executable, "-m", "venv", "--without-pip", str(folder / "venv"))
    python = folder / "venv" / "bin" / "python"
    (wheel,) = (folder / "dist").glob("mailbot-*.whl")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    run(*install, str(wheel))
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "libraries.pth").write_text("".join(f"{path}\n" for path in sorted(libraries)))
    return folder / "venv"


def test_the_wheel_works_outside_the_repository(environment: Path, make_office: Callable[..., Office]) -> None:
    """Templates, migrations, words and default settings come out of the wheel; the main job runs with them."""
    office = make_office(kind=InstalledOffice)
    assert isinstance(office, InstalledOffice)
    office.program = environment / "bin" / "mailbot"

    code = f"import mailbot.share; print(*map(mailbot.share.shared, {SHARED}), mailbot.__file__, sep='\\n')"
    paths = run(environment / "bin" / "python", "-c", code, cwd=office.folder).split()
    assert len(paths) == len(SHARED) + 1
    assert all(Path(path).is_relative_to(environment / "lib") for path in paths)

    assert office.mailbot("--version").startswith("mailbot ")
    office.set_up()
    mail = office.folder / "mail.eml"
    mail.write_bytes(office.write("sunita", "[ई-वे बिल] [उच्च] पोर्टल बंद है", "503 त्रुटि आ रही है।"))
    assert '"module": "e-way-bill"' in office.mailbot("explain", "--json", str(mail))

    assert "1 mails taken in, 1 handled, 3 letters" in office.mailbot("once")
    assert "e-way-bill  high" in office.mailbot("ticket", "list")
    office.next_letter("sunita", "पोर्टल बंद है", "ई-वे बिल")
