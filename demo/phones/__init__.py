"""Phones for the demo: SMS and WhatsApp as a customer sees them, joined to the app only by what Twilio and Meta would send."""
