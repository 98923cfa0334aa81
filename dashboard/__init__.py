"""The dashboard: what policy officers read, in a browser."""
