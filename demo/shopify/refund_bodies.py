"""What a webhook says about what goes back: refunds, and units that shall be returned."""

from demo.shopify import arithmetic as sums
from demo.shopify.arithmetic import padded
from demo.shopify.bodies import Body, line, money_set, when
from demo.shopify.records import Order, Refund, Return, Transaction, gid


def _transaction(order: Order, given: Transaction) -> Body:
    return {
        "id": given.number,
        "admin_graphql_api_id": gid("OrderTransaction", given.number),
        "order_id": order.number,
        "kind": given.kind.lower(),
        "gateway": given.gateway,
        "status": given.status.lower(),
        "message": None,
        "created_at": when(given.at),
        "processed_at": when(given.at),
        "test": order.test,
        "amount": padded(given.amount),
        "currency": order.currency,
        "parent_id": given.parent.number if given.parent else None,
        "payment_id": f"{order.name}.{order.transactions.index(given) + 1}",
        "source_name": order.source,
        "receipt": {},
        "total_unsettled_set": _unsettled(order),
        "manual_payment_gateway": False,
        **dict.fromkeys(("amount_rounding", "authorization", "device_id", "error_code", "location_id", "user_id")),
    }


def _unsettled(order: Order) -> Body:
    money = {"amount": "0.00", "currency": order.currency}
    return {"presentment_money": money, "shop_money": money}


def refund(order: Order, given: Refund) -> Body:
    nothing = money_set(sums.ZERO, order.currency)
    lines = [
        {
            "id": each.number,
            "quantity": each.quantity,
            "line_item_id": each.line.number,
            "location_id": each.location.number if each.location else None,
            "restock_type": each.restock.lower(),
            "subtotal": float(each.subtotal),
            "subtotal_set": money_set(each.subtotal, order.currency),
            "total_tax": 0,
            "total_tax_set": nothing,
            "line_item": line(each.line),
        }
        for each in given.lines
    ]
    return {
        "id": given.number,
        "admin_graphql_api_id": gid("Refund", given.number),
        "order_id": order.number,
        "created_at": when(given.at),
        "processed_at": when(given.at),
        "note": given.note,
        "user_id": None,
        "restock": any(each.restock != "NO_RESTOCK" for each in given.lines),
        "duties": [],
        "total_duties_set": nothing,
        "return": None,
        "refund_shipping_lines": [],
        "order_adjustments": [],
        "refund_line_items": lines,
        "transactions": [_transaction(order, each) for each in given.transactions],
    }


def returned(given: Return) -> Body:
    order = given.order
    return {
        "id": given.number,
        "admin_graphql_api_id": gid("Return", given.number),
        "status": given.status.lower(),
        "name": given.name,
        "order": {"id": order.number, "admin_graphql_api_id": order.gid},
        "total_return_line_items": sum(each.quantity for each in given.lines),
        "return_line_items": [
            {
                "id": each.number,
                "admin_graphql_api_id": gid("ReturnLineItem", each.number),
                "fulfillment_line_item": {"id": each.parcel_line.number, "line_item": {"id": each.line.number}},
                "quantity": each.quantity,
                "customer_note": each.note or None,
            }
            for each in given.lines
        ],
        "return_shipping_fees": [],
        "exchange_line_items": [],
        "total_exchange_line_items": 0,
    }
