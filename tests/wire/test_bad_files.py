"""World files with mistakes, as both readers of them see it: the app for the brand, the twin for the shop."""

import re
from pathlib import Path

import pytest

from demo.world import WorldError as ShopWorldError
from demo.world import load_world
from server.world_brand import WorldError, read_world_brand
from tests.wire.two_shops import world_text

MISTAKES = [
    ("brand:\n", "brandd:\n", "brand"),
    ("id: northbay", "id: North Bay", "brand.id"),
    ("name: Northbay", "name: [Northbay]", "brand.name"),
    ("shop: northbay.myshopify.com", "shop: northbay.example.com", "brand.shop"),
    ("shop: northbay.myshopify.com", "shop: northbay.myshopify.com.evil.example", "brand.shop"),
    ('site: "https://northbay.example.com"', 'site: "javascript:alert(1)"', "brand.site"),
    ("currency: EUR", "currency: euro", "brand.currency"),
    ("Europe/Paris", "Europe/Atlantis", "brand.time_zone"),
    ("locales: [en, fr]", "locales: []", "brand.locales"),
    ("locales: [en, fr]", "locales: [tlh]", "brand.locales"),
    ("active: true", "active: sometimes", "brand.hub.active"),
    ("swap_variant,", "swap_everything,", "brand.hub.changes"),
    ("hub: {active", "hubb: {active", "brand.hubb"),
    ("id: changes, locale", "id: changes, lokale", "policies[0]"),
    ('text: "# Changes', 'path: nowhere.md, text: "# Changes', "policies[0]"),
    ("2026-11-20T15:00:00+01:00\"\nbrand", "2026-11-20T15:00:00\"\nbrand", "clock"),
    ("clock: \"2026", "clock: \"noon 2026", "clock"),
    ("policies:\n", "policies:\n  - {id: changes, locale: en, text: again}\n", "policies"),
    ("brand:\n", "brand: [\n", "line"),
    ("brand:\n", "brand: &a\n  <<: *b\n", "line"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "place"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_in_our_part_of_a_world_file_names_its_place(tmp_path: Path, right: str, wrong: str, place: str) -> None:
    text = world_text("northbay")
    assert right in text
    file = tmp_path / "world.yaml"
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(WorldError, match=re.escape(place)) as caught:
        read_world_brand(file)
    assert "world.yaml" in str(caught.value)
    if "tlh" not in wrong:  # what the agent speaks is no affair of the shop's
        with pytest.raises(ShopWorldError, match=re.escape(place.split(".")[0])):
            load_world(file)


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\x00", b"- a\n- b\n", b"null", b"\x00", b"a: !!python/object/apply:os.system [id]\n", b"{" * 5000]
)
def test_a_file_that_is_no_world_is_named_so(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "world.yaml"
    file.write_bytes(raw)
    with pytest.raises(WorldError, match=r"world\.yaml"):
        read_world_brand(file)
    with pytest.raises(ShopWorldError):
        load_world(file)


def test_a_world_that_is_not_there_or_a_folder_is_named_so(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(WorldError, match="cannot be opened"):
            read_world_brand(path)
