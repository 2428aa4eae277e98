"""The proposal of household centres, without log, tables or pages."""
