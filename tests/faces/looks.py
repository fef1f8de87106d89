"""What a page must be like whatever it shows: nothing axe objects to, nothing that overflows, nothing too small to press."""

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Frame, Page

_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_WIDE = """() => [...document.querySelectorAll("body *")].filter((node) => {
  const box = node.getBoundingClientRect();
  const out = box.right > innerWidth + 1 || box.left < -1;
  return out && box.width > 1 && box.height > 1 && !node.closest(".skip, .visually-hidden, svg");
}).map((node) => `${node.localName}.${node.className}: ${node.textContent.slice(0, 40)}`)"""
_SMALL = """(least) => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), textarea, select, summary")]
.filter((node) => {
  const held = node.closest("label") || node;
  const box = held.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && (box.width < least || box.height < least) && !node.matches(".skip");
}).map((node) => `${node.localName}.${node.className} ${node.textContent.trim().slice(0, 40)}`)"""


async def objections(place: Page | Frame) -> list[str]:
    """axe-core's violations, each with its rule and the elements."""
    found: Any = await Axe().run(place, options=_RULES)
    broken = [(one["id"], node) for one in found.response["violations"] for node in one["nodes"]]
    return [f"{rule}: {node['html'][:160]} {node['failureSummary']}" for rule, node in broken]


async def overflowing(place: Page | Frame) -> list[str]:
    """Elements that leave the page to the side."""
    found: list[str] = await place.evaluate(_WIDE)
    return found


async def too_small(place: Page | Frame, least: int = 44) -> list[str]:
    """Things to press that are smaller than `least` pixels either way."""
    found: list[str] = await place.evaluate(_SMALL, least)
    return found
