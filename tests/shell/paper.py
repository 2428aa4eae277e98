"""What a printed sheet says, read back from the PDF."""

from __future__ import annotations

from io import BytesIO

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # pypdfium2 ships no types


def text_of(pdf: bytes) -> str:
    """All words of all its pages, a line each as they stand."""
    document = pdfium.PdfDocument(BytesIO(pdf))
    try:
        return "\n".join(page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document)
    finally:
        document.close()


def pages_of(pdf: bytes) -> int:
    """How many sheets come out of the printer."""
    document = pdfium.PdfDocument(BytesIO(pdf))
    try:
        return len(document)
    finally:
        document.close()


def picture_of(pdf: bytes, path: str, page: int = 0) -> None:
    """A page as a picture, for the eyes of whoever changes a template."""
    document = pdfium.PdfDocument(BytesIO(pdf))
    try:
        document[page].render(scale=2).to_pil().save(path)
    finally:
        document.close()
