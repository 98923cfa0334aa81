"""The alert rules: written from the code, in order, and each tested both ways."""

import re
from pathlib import Path

import pytest
import yaml

from deploy.prometheus.rules import FILE, RUNBOOK, Times, rules, text
from tests.fixtures.prometheus import promtool

FOLDER = FILE.parent
ROOT = FOLDER.parent.parent
UNIT_TESTS = FOLDER / "isegoria.test.yml"
RULES = {rule["alert"]: rule for rule in rules(Times())["groups"][0]["rules"]}


def unit_tests():
    """What the unit tests ask: alert and what is expected of it."""
    document = yaml.safe_load(UNIT_TESTS.read_text())
    return [asked for test in document["tests"] for asked in test.get("alert_rule_test", ())]


def anchors(page):
    """What a link into a page of Markdown may name: its headings, and anchors set by hand."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a (?:id|name)="([^"]+)"', page))


def test_the_rules_file_is_what_the_code_says():
    assert text(Times()) == FILE.read_text(), "run: python -m deploy.prometheus.rules"


def test_prometheus_takes_the_rules():
    checked = promtool("check", "rules", FILE)
    assert 0 == checked.returncode, checked.stdout + checked.stderr


def test_prometheus_takes_the_configuration():
    checked = promtool("check", "config", FOLDER / "prometheus.yml")
    assert 0 == checked.returncode, checked.stdout + checked.stderr


def test_the_configuration_scrapes_what_the_embedded_stack_and_the_demo_list():
    document = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    [scrape] = document["scrape_configs"]
    [discovery] = scrape["file_sd_configs"]
    listed = [Path(FOLDER / file).resolve() for file in discovery["files"]]
    stack = ROOT / ".isegoria"
    assert [stack / "targets.json", stack / "demo" / "targets.json"] == listed


def test_the_unit_tests_of_the_rules_pass():
    tested = promtool("test", "rules", UNIT_TESTS)
    assert 0 == tested.returncode, tested.stdout + tested.stderr


@pytest.mark.parametrize("alert", RULES)
def test_a_unit_test_has_the_alert_fire(alert):
    assert any(asked["exp_alerts"] for asked in unit_tests() if asked["alertname"] == alert)


@pytest.mark.parametrize("alert", RULES)
def test_a_unit_test_has_the_alert_not_fire(alert):
    assert any(not asked["exp_alerts"] for asked in unit_tests() if asked["alertname"] == alert)


@pytest.mark.parametrize("alert", RULES)
def test_the_alert_points_into_the_runbook(alert):
    page, anchor = RULES[alert]["annotations"]["runbook_url"].split("#")
    assert RUNBOOK == page
    assert anchor in anchors((ROOT / page).read_text())


def test_no_alert_has_the_name_of_another():
    named = [rule["alert"] for rule in rules(Times())["groups"][0]["rules"]]
    assert sorted(set(named)) == sorted(named)


@pytest.mark.parametrize("name", vars(Times()))
def test_every_time_is_in_a_rule(name):
    changed = Times(**{name: "9876s" if isinstance(getattr(Times(), name), str) else 9876})
    assert rules(Times()) != rules(changed)
