"""What people read from the tables, page by page."""
