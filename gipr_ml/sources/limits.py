"""How large an input may be. A real report has a few hundred lines and, as text, some 10 KB."""

MAX_BYTES = 100_000_000
"""Bytes of a file. A scan of thirty pages in colour has some 50 million."""

MAX_TEXT_BYTES = 20_000_000
"""Bytes of a text. Web pages that carry their pictures inside reach several million."""

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

MAX_MEMBERS = 2_000
"""Files in an archive, with those of archives inside of it, or in an office document."""

MAX_PART_BYTES = 200_000_000
"""Bytes that the parts of an office document that are read unpack to, all together."""

MAX_RATIO = 200
"""Times that a file of an archive may grow when it is unpacked, from `RATIO_FROM` bytes on. XML
packs to a twentieth, rarely to a hundredth; a zip bomb to a thousandth."""

RATIO_FROM = 2_000_000
"""Bytes."""

MAX_ARCHIVE_BYTES = 2_000_000_000
"""Bytes that the files of an archive unpack to, all together, those of archives inside too."""

MAX_NESTING = 2
"""Archives in one another: one, and one inside of it."""

OFFICE_SECONDS = 120
"""Seconds that LibreOffice may take to convert one document."""

MAX_STREAM_BYTES = 24_000_000
"""Bytes that one packed part of a PDF unpacks to, pictures and fonts aside. The drawing commands of
a page of text are some 100,000."""

MAX_PIXELS = 200_000_000
"""Pixels of one picture on a page that is drawn: A2 at 600 dpi has 140 million."""

MAX_SCAN_PIXELS = 60_000_000
"""Pixels of a page of a picture, decoded. A4 at 600 dpi has 35 million."""

MAX_PICTURES = 12
"""Pictures of a web page or Word document that are read. A report whose tables are pictures has
three or four."""

MAX_IMAGE_PAGES = 200
"""Pages of a picture file (TIFF). A long report has thirty."""

MAX_SHOWN_PAGES = 300
"""Pages that are shown beside their cells; further ones are not."""

MAX_SHOWN_PIXELS = 120_000_000
"""Pixels of a page of a picture that is shown; a larger one is not opened for that."""
