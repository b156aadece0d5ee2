"""How large an input may be. A real report has a few hundred lines and, as text, some 10 KB."""

MAX_BYTES = 20_000_000
"""Bytes of a file. Web pages that carry their pictures inside reach several million."""

MAX_CHARACTERS = 2_000_000
"""Characters of a document's text, without the tags and pictures of a web page."""

MAX_LINES = 20_000
"""Lines of a document, after glued lines have been cut."""

MAX_CELLS = 200_000
"""Cells of a document."""

MAX_PAGES = 300
"""Pages of a PDF or OFD document. A report has some ten."""

MAX_GLYPHS = 40_000
"""Characters and drawn objects of one page. A page full of small print has 5,000."""
