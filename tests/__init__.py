"""The tests, room by room, and the stories that go through all of them."""
