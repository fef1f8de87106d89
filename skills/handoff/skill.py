"""When a person takes over: because the shopper asks for one, or because something went wrong with the parcel."""

from dataclasses import replace

from shop.order import Order
from skills.conclude import common, hand_off
from skills.order_status.skill import OrderStatus
from skills.skill import Active, LineVerdict, Outcome, Prerequisites, Reason, Situation, Status, Unavailable


class Handoff:
    """Owns the explicit request for a person (no question asked, V-26) and parcels damaged, wrong or missing (F-08)."""

    name = "handoff"
    owns = frozenset({"talk_to_human", "delivery_problem"})

    def status(self, have: Prerequisites) -> Status:
        if not have.handoff_ready:
            return Unavailable(missing="handoff", mend="Set office hours and a promised reply time for people at the desk.")
        return Active()

    def decide(self, situation: Situation) -> Outcome:
        """Pure and total. Lines go along only for a shopper who is signed in (V-27)."""
        order = situation.order if situation.shopper.signed_in else None
        base = common(situation, situation.change, _lines(situation, order))
        if order is None:
            base["order"] = base["order_name"] = None
        if situation.wish == "delivery_problem":
            return hand_off(situation, Reason.DELIVERY_PROBLEM, base)
        return replace(hand_off(situation, Reason.WANTS_PERSON, base), made=True)


def _lines(situation: Situation, order: Order | None) -> tuple[LineVerdict, ...]:
    return OrderStatus().decide(situation).lines if order is not None else ()
