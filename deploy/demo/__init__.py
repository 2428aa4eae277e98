"""A made-up office for `hearth up --demo`: months of ordinary days, written as facts by the office's own commands."""
