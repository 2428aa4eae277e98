"""Care's tables: what each fact leaves in them, whatever comes first."""
