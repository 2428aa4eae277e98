"""A contract for import-linter that reads like the table of the house: this room may import these, and nothing else.

The contracts that come with import-linter name what is forbidden; a room's row names what is allowed, so a package
nobody has thought of yet is refused until somebody writes it down.
"""

from __future__ import annotations

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules

#: The part of the standard library that can see neither the outside nor chance. `datetime` and `uuid` are in it for
#: their types; ruff's banned API (TID251) keeps their clock and their random ids out.
PURE = frozenset(
    """__future__ abc base64 binascii bisect calendar collections contextlib copy dataclasses datetime decimal enum
    fractions functools hashlib heapq hmac itertools json math operator re statistics string textwrap tomllib types
    typing unicodedata uuid warnings zoneinfo""".split()
)


class MayImport(Contract):
    """Only what is listed may be imported by `modules`, directly.

    - modules:           the rooms (wildcards allowed; a room that does not exist yet breaks nothing).
    - internal:          packages of this repository they may import.
    - third_party:       installed packages they may import; `*` for any.
    - standard_library:  `pure` (see `PURE`) or `any`.
    """

    type_name = "may_import"

    modules: Any = fields.SetField(subfield=fields.ModuleExpressionField())
    internal: Any = fields.SetField(subfield=fields.ModuleExpressionField())
    third_party: Any = fields.SetField(subfield=fields.StringField())
    standard_library: Any = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """List every direct import that the room's row does not allow, as `importer -> imported (line)`."""
        if self.standard_library not in {"pure", "any"}:
            raise ValueError(f"standard_library must be 'pure' or 'any', not {self.standard_library!r}")
        refused = []
        allowed = with_descendants(graph, self.internal)
        for importer in sorted(with_descendants(graph, self.modules)):
            for imported in sorted(graph.find_modules_directly_imported_by(importer) - allowed):
                if not self._is_allowed_outside(imported):
                    details = graph.get_import_details(importer=importer, imported=imported)
                    lines = ", ".join(str(detail["line_number"]) for detail in details)
                    refused.append(f"{importer} -> {imported} (l.{lines})")
        return ContractCheck(kept=not refused, metadata={"refused": refused})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each refused import and where the row stands that would have to change."""
        for line in check.metadata["refused"]:
            output.print_error(f"- {line}", bold=False)
        output.new_line()
        output.print("The room's row stands in pyproject.toml; a wider row is a decision, with an ADR.")

    def _is_allowed_outside(self, imported: str) -> bool:
        package = imported.split(".", maxsplit=1)[0]
        if package in self.session_options["root_packages"]:
            return False
        if package in sys.stdlib_module_names:
            return self.standard_library == "any" or package in PURE
        return "*" in self.third_party or package in self.third_party


def with_descendants(graph: ImportGraph, expressions: Any) -> set[str]:
    """The modules an expression names, each with everything below it; a name that is not there yet names nothing."""
    found = {module.name for module in module_expressions_to_modules(graph, expressions)} & graph.modules
    return found | {below for module in found for below in graph.find_descendants(module)}
