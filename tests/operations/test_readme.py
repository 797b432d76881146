"""What the READMEs say is so."""

from __future__ import annotations

import re

import click
import pytest

import cli
from settings import REPOSITORY, Settings

RENAMED = {"data_folder": "XINYA_DATA", "demo": "XINYA_DEMO"}
README = ["README.md", "README.zh.md"]


def rows(name: str) -> dict[str, str]:
    """Configuration table: variable -> default."""
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `([A-Z][A-Z0-9_]+)` \| (.*?) \|", text, re.MULTILINE))


@pytest.mark.parametrize("name", README)
def test_every_setting_is_in_the_table_in_order(name: str) -> None:
    wanted = [RENAMED.get(field, field.upper()) for field in Settings.model_fields]
    assert list(rows(name)) == wanted


@pytest.mark.parametrize("name", README)
def test_defaults_are_as_told(name: str) -> None:
    table = rows(name)
    for field, info in Settings.model_fields.items():
        told = re.fullmatch(r"`(.*)`", table[RENAMED.get(field, field.upper())])
        if told and field not in ("data_folder", "public_url", "workspace_url"):
            assert told[1] == str(info.default), field


@pytest.mark.parametrize("name", README)
def test_every_command_is_told(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    for command, found in cli.main.commands.items():
        names = [f"{command} {sub}" for sub in found.commands] if isinstance(found, click.Group) else [command]
        assert all(f"`xinya {full}`" in text for full in names)


@pytest.mark.parametrize("name", README)
def test_links_lead_somewhere(name: str) -> None:
    text = (REPOSITORY / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert (REPOSITORY / target).exists(), target
