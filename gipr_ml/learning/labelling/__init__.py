"""Labels by people: sheets that the model fills in and people correct, and what becomes of them."""
