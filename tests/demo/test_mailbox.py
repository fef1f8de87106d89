"""Mail sent by SMTP shows up in the demo's mailbox."""

from email.message import EmailMessage

import aiosmtplib
import httpx

from demo.mailbox.app import make_app, smtp_server
from demo.mailbox.letters import Letters


async def test_a_letter_sent_by_smtp_is_shown() -> None:
    letters = Letters()
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "hub@northbay.example.com", "ana.torres@example.com", "Votre code : été"
    message.set_content("123456\n日本語もそのまま")
    async with smtp_server(letters) as port:
        await aiosmtplib.send(message, hostname="127.0.0.1", port=port)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(make_app(letters)), base_url="http://mail.test") as http:
        found = (await http.get("/messages", params={"to": "Ana.Torres@example.com"})).json()["messages"]
        none = (await http.get("/messages", params={"to": "yui.sato@example.com"})).json()["messages"]
        page = (await http.get("/")).text
    assert [letter["subject"] for letter in found] == ["Votre code : été"]
    assert "日本語もそのまま" in found[0]["text"]
    assert none == []
    assert "innerHTML" not in page
