"""Dashboards for Grafana, generated: what operators watch, and what policy teams read."""
