"""The registry through its own application, on a real cell: what the API and the pages say."""
