"""Who may read, and who may answer."""

import pytest

from dashboard.access import EVERY, Role, Viewer, merged
from schemas.events import Visibility

OWN = "plan"


@pytest.mark.parametrize(
    ("one", "other", "covers"),
    [
        (Role.READER, Role.READER, True),
        (Role.READER, Role.OFFICER, False),
        (Role.READER, Role.ADMINISTRATOR, False),
        (Role.OFFICER, Role.READER, True),
        (Role.OFFICER, Role.OFFICER, True),
        (Role.OFFICER, Role.ADMINISTRATOR, False),
        (Role.ADMINISTRATOR, Role.READER, True),
        (Role.ADMINISTRATOR, Role.OFFICER, True),
        (Role.ADMINISTRATOR, Role.ADMINISTRATOR, True),
    ],
)
def test_a_role_covers_those_below_it(one, other, covers):
    assert covers == one.covers(other)


# Every visibility with every role, given for no consultation, another, every one and this one.
MATRIX = [
    # grants, may read open / restricted / private, may answer in open / restricted / private
    ({}, (True, False, False), (False, False, False)),
    ({"other": "reader"}, (True, False, False), (False, False, False)),
    ({"other": "officer"}, (True, False, False), (False, False, False)),
    ({"other": "administrator"}, (True, False, False), (False, False, False)),
    ({EVERY: "reader"}, (True, True, False), (False, False, False)),
    ({EVERY: "officer"}, (True, True, False), (True, True, False)),
    ({EVERY: "administrator"}, (True, True, True), (True, True, True)),
    ({OWN: "reader"}, (True, True, True), (False, False, False)),
    ({OWN: "officer"}, (True, True, True), (True, True, True)),
    ({OWN: "administrator"}, (True, True, True), (True, True, True)),
    ({OWN: "reader", EVERY: "officer"}, (True, True, True), (True, True, False)),
    ({OWN: "officer", EVERY: "reader"}, (True, True, True), (True, True, True)),
    ({OWN: "reader", EVERY: "administrator"}, (True, True, True), (True, True, True)),
]


@pytest.mark.parametrize(("grants", "reads", "answers"), MATRIX)
@pytest.mark.parametrize(("at", "visibility"), list(enumerate(Visibility)))
def test_rights_follow_from_role_visibility_and_where_the_role_was_given(
    grants, reads, answers, at, visibility
):
    viewer = Viewer("ana", {name: Role(role) for name, role in grants.items()})

    assert (reads[at], answers[at]) == (
        viewer.may_read(OWN, visibility),
        viewer.may_answer(OWN, visibility),
    )


@pytest.mark.parametrize("visibility", ["", "secret", "OPEN", "Open "])
def test_a_visibility_that_is_not_known_is_private(visibility):
    everywhere = Viewer("ana", {EVERY: Role.OFFICER})

    assert not everywhere.may_read(OWN, visibility)
    assert not everywhere.may_answer(OWN, visibility)


@pytest.mark.parametrize(
    ("grants", "role"),
    [
        ({}, None),
        ({"other": Role.OFFICER}, None),
        ({EVERY: Role.READER}, Role.READER),
        ({OWN: Role.OFFICER, EVERY: Role.READER}, Role.OFFICER),
        ({OWN: Role.READER, EVERY: Role.ADMINISTRATOR}, Role.ADMINISTRATOR),
    ],
)
def test_the_role_is_the_higher_of_the_own_and_that_everywhere(grants, role):
    assert role == Viewer("ana", grants).role_in(OWN)


def test_of_roles_given_more_than_once_the_highest_counts():
    given = [
        {"plan": Role.READER, EVERY: Role.READER},
        {"plan": Role.OFFICER},
        {"plan": Role.READER, "park": Role.READER},
    ]

    assert {"plan": Role.OFFICER, EVERY: Role.READER, "park": Role.READER} == merged(given)
