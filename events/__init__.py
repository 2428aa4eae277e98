"""What can happen (`facts`) and how it is kept, read and folded (`log`)."""
