"""The commands about rosters and tables, typed as an operator types them."""
