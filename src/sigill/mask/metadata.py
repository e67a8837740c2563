"""The properties a masked document gets: fixed, the same for all, telling nothing of who wrote what when.

Does: give the fixed property parts of OOXML (ECMA-376 part 2, clause 11; part 1, 22.2) and ODF (1.3 part 3,
4.3). Does not: look at what stood there before; it is thrown away unread.
"""

FIXED_TIME = "2000-01-01T00:00:00Z"
"""The time that stands wherever a format demands one."""

OOXML_CORE = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    f'<dcterms:created xsi:type="dcterms:W3CDTF">{FIXED_TIME}</dcterms:created>'
    f'<dcterms:modified xsi:type="dcterms:W3CDTF">{FIXED_TIME}</dcterms:modified>'
    "</cp:coreProperties>"
).encode()

OOXML_APP = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"></Properties>'
)

ODF_META = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" office:version="1.3"><office:meta>'
    f"<meta:creation-date>{FIXED_TIME[:-1]}</meta:creation-date>"
    "</office:meta></office:document-meta>"
).encode()
