"""Letters: a decision's text read in, record and notification written and typeset.

    read_document   DOCX, ODT, RTF, HTML, Markdown → Document      (read, with container, docx, odt, html, pandoc)
    compose         Admitted → Composed                            (compose, with board)
    typeset         Letter → PDF/A-3a + PDF/UA-1                   (typeset, with fonts and templates/)

Does not decide what may be withheld (law), take names out (mask) or sign (sign).
"""
