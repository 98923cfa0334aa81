"""What operators need: topics made, backlog measured. Never in the path of the data."""
