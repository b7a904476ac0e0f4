"""The container files say what is so. No container engine runs here: the images themselves are tried by nobody in these tests.

`compose-spec.json` is the Compose Specification's own schema (github.com/compose-spec/compose-spec, Apache-2.0), unchanged.
"""

import dataclasses
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from daybook.settings import Settings

ROOT = Path(__file__).parents[2]
SETTINGS = {f"DAYBOOK_{field.name.upper()}" for field in dataclasses.fields(Settings)}
# Names of settings; DAYBOOK_DATABASE_URL and the like, wherever they are set or read.
SETTING = re.compile(r"\bDAYBOOK_[A-Z_]+\b")


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return read


def copied(dockerfile: str) -> list[str]:
    """What the Dockerfile takes from the repository."""
    lines = [line.split()[1:] for line in dockerfile.splitlines() if line.startswith("COPY ")]
    return [source for words in lines if not words[0].startswith("--from") for source in words[:-1]]


def test_the_compose_file_is_one_by_the_specification(compose: dict[str, Any]) -> None:
    schema = json.loads((Path(__file__).parent / "compose-spec.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(compose)


def test_a_mistake_in_the_compose_file_would_be_found(compose: dict[str, Any]) -> None:
    schema = json.loads((Path(__file__).parent / "compose-spec.json").read_text())
    mistaken = {**compose, "services": {"daybook": {"helthcheck": {}}}}
    with pytest.raises(jsonschema.ValidationError, match="helthcheck"):
        jsonschema.Draft202012Validator(schema).validate(mistaken)


def test_every_named_volume_and_service_is_declared(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert {volume.partition(":")[0] for volume in service["volumes"]} <= compose["volumes"].keys()
        assert service.get("depends_on", {}).keys() <= compose["services"].keys()


def test_the_service_waits_for_a_database_that_says_it_is_well(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["daybook"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert services["postgres"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]


def test_a_worker_is_the_service_in_all_but_what_it_does_and_comes_only_when_it_is_named(compose: dict[str, Any]) -> None:
    services = compose["services"]
    own = {"profiles": ["worker"], "command": ["worker"], "healthcheck": {"disable": True}}
    shared = {name: value for name, value in services["daybook"].items() if name != "ports"}
    assert services["worker"] == shared | own


def test_the_database_is_postgresql_18_with_pgvector(compose: dict[str, Any]) -> None:
    assert re.fullmatch(r"pgvector/pgvector:(?:[\d.]+-)?pg18(?:-\w+)?", compose["services"]["postgres"]["image"])


def test_secrets_come_from_outside_and_their_absence_is_an_error(compose: dict[str, Any]) -> None:
    """`${NAME:?…}` makes compose stop where `${NAME}` would go on with an empty password."""
    text = (ROOT / "docker-compose.yml").read_text()
    configured = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for secret in ("POSTGRES_PASSWORD", "DAYBOOK_SECRET_KEY"):
        read = re.findall(rf"\$\{{{secret}\b[^}}]*\}}", configured)
        assert read
        assert all(one.startswith(f"${{{secret}:?") for one in read)
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()
    assert compose["services"]["daybook"]["environment"]["DAYBOOK_ENVIRONMENT"].endswith(":-production}")


def test_the_api_is_published_to_this_machine_alone(compose: dict[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in compose["services"]["daybook"]["ports"])
    assert "ports" not in compose["services"]["postgres"]


@pytest.mark.parametrize("name", ["Dockerfile", "docker-compose.yml"])
def test_every_setting_named_exists(name: str) -> None:
    named = set(SETTING.findall((ROOT / name).read_text()))
    assert named
    assert named <= SETTINGS


def test_the_data_directory_is_the_volume(dockerfile: str, compose: dict[str, Any]) -> None:
    (data_dir,) = re.findall(r"DAYBOOK_DATA_DIR=(\S+)", dockerfile)
    assert f"VOLUME {data_dir}\n" in dockerfile
    assert f"daybook-data:{data_dir}" in compose["services"]["daybook"]["volumes"]


def test_the_base_is_pinned_and_slim(dockerfile: str) -> None:
    assert re.search(r"^ARG PYTHON=python:3\.\d+-slim(?:-\w+)?$", dockerfile, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE) == ["${PYTHON}", "${PYTHON}"]


def test_the_image_runs_as_nobody_in_particular(dockerfile: str) -> None:
    last_stage = dockerfile.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d+:[1-9]\d+$", last_stage, re.MULTILINE)
    assert "HEALTHCHECK" in last_stage


def test_dependencies_are_the_locked_ones(dockerfile: str) -> None:
    installs = re.findall(r"pip install ([^\n&\\]+)", dockerfile)
    assert [install.strip() for install in installs] == [
        "--require-hashes --only-binary=:all: -r requirements/serve.lock",
        "--no-deps --no-build-isolation .",
    ]


def test_no_package_index_is_named(dockerfile: str) -> None:
    assert not re.search(r"index-url|find-links|trusted-host|https?://(?!127\.0\.0\.1)", dockerfile)


def test_what_is_copied_exists_and_nothing_else_is_sent(dockerfile: str) -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert kept == set(copied(dockerfile))
    assert all((ROOT / source).exists() for source in kept)


def test_what_is_copied_is_enough_to_build_the_whole_of_daybook(dockerfile: str, tmp_path: Path) -> None:
    context = tmp_path / "context"
    context.mkdir()
    for source in copied(dockerfile):
        (context / source).parent.mkdir(exist_ok=True)
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, context / source)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    done = subprocess.run(build, cwd=context, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "dist").iterdir()
    packed = set(zipfile.ZipFile(wheel).namelist())
    code = [file for name in copied(dockerfile) for file in (ROOT / name).rglob("*") if file.suffix in {".py", ".sql"}]
    needed = {str(file.relative_to(ROOT)) for file in code} | {"infrastructure/embeddings/tokenizer.json"}
    assert needed <= packed
    assert any(name.endswith("entry_points.txt") for name in packed)
    assert any(name.endswith("licenses/infrastructure/embeddings/NOTICE") for name in packed)
