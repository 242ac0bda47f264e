"""Area: oversight."""
