"""The pages of docs/ that are written from the program itself: `python -m bot.reference`, or `make docs`."""
