"""Which words of a service have no English yet. `python -m services.shell.words care` prints them as .po entries."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract_from_dir

from services.shell.i18n import Messages, catalogue

_SERVICES = Path(__file__).parent.parent
_METHODS = [("**.py", "python"), ("**.html", "jinja2")]
_OPTIONS = {"**.html": {"trimmed": "true", "silent": "false"}}
_VALUE = re.compile(r"%\((\w+)\)")
_KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


@dataclass(frozen=True, slots=True, order=True)
class Words:
    """Words on a page: where they stand first, and what they are."""

    file: str
    line: int
    context: str
    msgid: str
    plural: str = ""

    def as_po(self) -> str:
        """An entry to fill in and put into the catalogue."""
        context = f"msgctxt {_quoted(self.context)}\n" if self.context else ""
        if not self.plural:
            return f'#: {self.file}:{self.line}\n{context}msgid {_quoted(self.msgid)}\nmsgstr ""\n'
        return (
            f"#: {self.file}:{self.line}\n#, python-format\n{context}msgid {_quoted(self.msgid)}\n"
            f'msgid_plural {_quoted(self.plural)}\nmsgstr[0] ""\nmsgstr[1] ""\n'
        )


def words_of(folder: Path) -> Iterator[Words]:
    """Every msgid in the Python files and templates under a folder, once, in the order of files and lines."""
    seen: set[tuple[str, str]] = set()
    found = extract_from_dir(str(folder), _METHODS, _OPTIONS, _KEYWORDS)
    for file, line, message, _comments, context in sorted(found, key=lambda entry: (entry[0], entry[1])):
        msgid, plural = (message, "") if isinstance(message, str) else (message[0], message[1])
        if msgid and (context or "", msgid) not in seen:
            seen.add((context or "", msgid))
            yield Words(file, line, context or "", msgid, plural)


def missing_words(service: str, language: str = "en") -> list[Words]:
    """The words of a service that its catalogue (with the shell's beneath) does not say, or says with other values."""
    known = catalogue(service, language)
    return [words for words in words_of(_SERVICES / service) if not _said(words, known)]


def _said(words: Words, known: Messages) -> bool:
    forms = known.get((words.context, words.msgid))
    # singular forms may leave the number out ("tomorrow" for "in 1 day"), so the last form is the one to compare
    return forms is not None and set(_VALUE.findall(forms[-1])) == set(_VALUE.findall(words.plural or words.msgid))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


if __name__ == "__main__":
    for entry in missing_words(sys.argv[1]):
        sys.stdout.write(entry.as_po() + "\n")
