"""The demo city: an invented city government and a quarter of its work, the same every time."""
