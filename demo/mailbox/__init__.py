"""A mailbox for the demo: takes any mail by SMTP and shows it on a page. Nothing leaves the machine."""
