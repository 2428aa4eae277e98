"""One thing that happened, followed from fact to page."""
