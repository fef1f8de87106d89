"""Named places of the machinery, passed before and after everything that lasts, so that a harness can stop the process at each (R3)."""

from collections.abc import Callable

POINTS = (
    "intake.before_keep",
    "intake.after_keep",
    "intake.after_wake",
    "lease.before",
    "lease.after",
    "turn.thought",
    "turn.thought_again",
    "commit.before",
    "commit.inside",
    "commit.after",
    "turn.told",
    "release.before",
    "release.after",
    "dispatch.before_claim",
    "dispatch.after_claim",
    "send.before",
    "send.after",
    "sent.before_keep",
    "sent.after_keep",
    "refused.after_keep",
    "unconfirmed.before_look_up",
    "unconfirmed.after_look_up",
    "unconfirmed.after_keep",
    "receipt.before_keep",
    "receipt.after_keep",
    "job.before_claim",
    "job.after_claim",
    "job.ran",
    "job.after_keep",
    "sweep.begun",
    "sweep.ended",
    "reconcile.read",
    "reconcile.kept",
)
"""Every name there is. A test holds that each is passed somewhere, and nothing else."""

_watch: Callable[[str], None] | None = None


def passing(name: str) -> None:
    """The process has come to the point `name`. Does nothing but where a harness watches."""
    if _watch is not None:
        _watch(name)


def watch(watcher: Callable[[str], None] | None) -> None:
    """Have every point told to `watcher`, in the thread that passes it. For harnesses alone."""
    global _watch
    _watch = watcher
