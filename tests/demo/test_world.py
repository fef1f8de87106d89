"""World files: what may stand in them, and what is said when something is wrong."""

from pathlib import Path

import pytest

from demo.clock import DemoClock
from demo.shopify.shop import Shop
from demo.world import World, WorldError, load_world
from tests.demo.twin import SHARED, WORLD


def problems(text: str) -> list[str]:
    with pytest.raises(WorldError) as caught:
        load_world(text)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "{sku: S-BL-M, state: open,",
            "{sku: S-BL-X, state: open,",
            'orders[0].lines[0].sku: no variant "S-BL-X"; known: GIFT, S-BL-M, S-WH-M, TOTE',
        ),
        ("{n: 2, state: shipped", "{n: 3, state: shipped", "orders[0].lines[1].parts: add up to 4, but the quantity is 3"),
        ("tags: [vip]", "tagz: [vip]", "customers[0].tagz: unknown key 'tagz'; did you mean 'tags'?"),
        ('zip: "75011"', "zip: 75011", "orders[0].address.zip: 75011 is not text here: put it in quotes"),
        ('price: "4.90"', "price: 4.90", 'orders[0].shipping.price: money is a string: write it in quotes, e.g. "59.00"'),
        ('price: "4.90"', 'price: "4,90"', "orders[0].shipping.price: '4,90' is not an amount: write e.g. \"59.00\""),
        ("14:40:00+01:00", "14:40:00", 'orders[0].createdAt: a time needs an offset: write e.g. "2026-11-20T14:40:00+01:00"'),
        (
            'name: "#2"\n    customer: ana',
            'name: "#2"\n    customer: anna',
            'orders[1].customer: no customer "anna"; known: ana, louis, yui',
        ),
        ('name: "#2"', 'name: "#1"', 'orders[1].name: order "#1" already stands at orders[0].name'),
        ("Europe/Paris", "Europe/Lutetia", "brand.time_zone: no time zone 'Europe/Lutetia': write an IANA name, e.g. Europe/Paris"),
        ("options: [White, M]", "options: [White]", "products[0].variants[1].options: 1 values for 2 options (Colour, Size)"),
        ("state: packing", "state: packing, cancel: requested", "orders[2].lines[5].cancel: belongs to state accepted, not packing"),
        ("id: yui, name", "id: yui, id: y, name", "line 24: the key 'id' stands twice in one mapping"),
        (
            "louis.martin@example.com",
            "ana.torres@example.com",
            'customers[1].email: e-mail address "ana.torres@example.com" already stands at customers[0].email',
        ),
        ('phone: "+12025550123", tags', "phone: 555, tags", "customers[0].phone: 555 is not text here: put it in quotes"),
        (
            'phone: "+12025550123", tags',
            'phone: "555", tags',
            """customers[0].phone: '555' does not fit: write it with its country, e.g. "+12025550123\"""",
        ),
    ],
)
def test_a_mistake_names_its_place(right: str, wrong: str, said: str) -> None:
    assert right in WORLD
    assert said in problems(WORLD.replace(right, wrong, 1))


def test_an_unknown_state_lists_the_known_ones() -> None:
    (said,) = problems(WORLD.replace("state: packing", "state: packed"))
    assert said.startswith("orders[2].lines[5].state: no such value \"packed\"; known: 'open', 'held'")


def test_every_mistake_is_named_and_a_long_list_is_cut_short() -> None:
    many = "".join(
        f'  - {{name: "#9{n}", customer: nobody, createdAt: "2026-11-01T09:00:00Z", lines: [{{sku: NONE}}]}}\n' for n in range(30)
    )
    said = problems(WORLD + many)
    assert len(said) == 21
    assert said[-1] == "… and 40 more"


@pytest.mark.parametrize("text", ["", "just words\n", "- a\n- b\n"])
def test_a_file_that_is_no_mapping_is_refused_with_what_it_should_be(text: str) -> None:
    assert problems(text + "\n") == ["a world file is a mapping with clock, brand, policies, products, customers and orders"]


def test_broken_yaml_is_told_with_line_and_column() -> None:
    assert problems("brand: {id: x\nclock: [")[0].startswith("line 2, column")


def test_a_policy_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "brand.yaml"
    file.write_text(WORLD + "policies:\n  - {id: returns, locale: en, title: Returns, path: policies/returns.md}\n", encoding="utf-8")
    with pytest.raises(WorldError, match=r"policies\[0\]\.path: no file 'policies/returns.md' beside the world file"):
        load_world(file)


def test_a_file_that_is_not_there_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="cannot read"):
        load_world(tmp_path / "none.yaml")


def shop_of(world: World) -> Shop:
    return Shop(world, DemoClock(world.clock))


def test_the_same_file_has_the_same_ids_everywhere() -> None:
    first, second = shop_of(load_world(WORLD)), shop_of(load_world(WORLD))
    assert list(first.orders) == list(second.orders)
    assert first.order("#1") is not None
    assert [line.number for line in first.orders[next(iter(first.orders))].lines] == [
        line.number for line in second.orders[next(iter(second.orders))].lines
    ]


def test_a_shop_of_thousands_of_orders_loads() -> None:
    order = '  - {{name: "#{n}", customer: ana, createdAt: "2026-11-01T09:00:00Z", lines: [{{sku: TOTE, quantity: 2}}, {{sku: S-BL-M}}]}}\n'
    world = load_world(WORLD + "".join(order.format(n=n) for n in range(10_000, 13_000)))
    assert len(shop_of(world).orders) == 3_008


@pytest.mark.data
@pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="the shared data is not here")
def test_the_example_world_loads_and_holds_every_optional_order_key() -> None:
    file = SHARED / "data" / "world_example.yaml"
    world = load_world(file)
    assert [order.name for order in world.orders] == ["#1042", "#1043", "#1039", "#1044", "#1045", "#1038"]
    extra = "    test: true\n    b2b: true\n    app: Importer\n    returns: open\n    dispute: true\n    terms: Net 30\n    discount: 10%\n"
    text = file.read_text(encoding="utf-8").replace("    risk: INVESTIGATE\n", "    risk: INVESTIGATE\n" + extra)
    order = load_world(text).orders[4]
    assert (order.test, order.b2b, order.app, order.returns, order.dispute) == (True, True, "Importer", "OPEN", True)
    assert order.terms is not None
    assert order.discount is not None
    assert (order.terms.due_in_days, order.discount.percent) == (30, 10)
