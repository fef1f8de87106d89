"""Which files begin first: those that take longest, so that no core waits at the end for the other.

Measured by hand, on two cores. A file that is not named, or no longer there, costs some seconds at the end and nothing else.
"""

from collections.abc import Sequence

LONGEST = (
    # One that computes beside one that waits for processes, browsers and clocks.
    "faces/test_looks.py",
    "agent/test_reader_parts.py",
    "wire/test_many.py",
    "server/test_commands.py",
    "faces/test_chat.py",
    "stories/test_channels.py",
    "wire/test_hostile_channels.py",
    "stories/test_acceptance.py",
    "wire/test_killed_for_real.py",
    "stories/test_tau.py",
    "wire/test_chaos.py",
    "contracts/test_engine.py",
    "faces/test_markup.py",
    "server/test_consent.py",
    "faces/test_mailbox.py",
    "server/test_chat.py",
    "faces/test_phones.py",
    "agent/test_invariants.py",
    "wire/test_bad_input.py",
    "server/test_recognised.py",
    "wire/test_email_http.py",
    "agent/test_phrases.py",
    "wire/test_channels_webhooks.py",
    "server/test_edge.py",
    "wire/test_codes.py",
    "knowledge/test_search.py",
    "wire/test_sms_http.py",
    "server/test_engine_news.py",
    "faces/test_hub_and_site.py",
    "knowledge/test_compile.py",
    "server/test_leaving.py",
    "contracts/test_store.py",
    "contracts/test_store_model.py",
    "channels/test_whatsapp_render.py",
)


def longest_first(files: Sequence[str]) -> list[int]:
    """The places of `files` (paths ending as above) in the order in which they should begin; what is not named stays as it was."""
    places = {name: place for place, name in enumerate(LONGEST)}
    named = ["/".join(file.replace("\\", "/").split("/")[-2:]) for file in files]
    return sorted(range(len(files)), key=lambda at: places.get(named[at], len(LONGEST)))
