"""Whether the groups of contributions are what can be told of them without knowing every text.

- Every root is a first delivery of its topic, the first of its group, and root of itself.
- Texts that are the same to the letter have the same root, where the rules compare them by
  similarity; and so have exactly the repeats of one participant, where the rules compare them to
  the letter. A text without a letter or a digit, and an unknown author's that is compared to the
  letter, is its own root.
- Of the distinct two-word shingles of a text and of its root's, as many are common to both as half
  of what the lowest threshold of the policies asks of the smaller one (`schemas.policy.Similarity`:
  a Jaccard index is never above containment).

Whether a near-same text was missed, and which of several roots took a text, is not SQL's to tell.
Neither is which texts are short in writing that has no spaces between words, or in a log in which
that threshold changed: there, only the equal texts of one participant are held to have one root.
"""

# ruff: noqa: S608 (the statements are put together from constants of this package)

from sinks.verify.comparison import differences, differing, key_of
from sinks.verify.policies import POLICIES
from sinks.verify.screening import IN_ORDER

# Python's `re.sub(r"\W+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()`.
# Compared over every code point: equal for all that Unicode 14 assigns (Python 3.11). ClickHouse's
# ICU is newer, so letters added since then are letters here and not yet there.
# `\w` is what str.isalnum says and `_`: \p{L}, \p{N}; combining marks are \W.
# normalizeUTF8NFKCCasefold is another function: it composes again and drops ignorable characters.
_NORMALISED = r"""
    trimBoth(replaceRegexpAll(caseFoldUTF8(normalizeUTF8NFKC(text)), '[^\\p{L}\\p{N}_]+', ' '))
"""

_LETTER_OR_DIGIT = r"'[\\p{L}\\p{N}]'"

# The last two, 〆 and ー, Unicode counts to no script.
_WITHOUT_SPACES = (
    r"'[\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Thai}\\p{Lao}\\p{Khmer}\\p{Myanmar}"
    r"\\x{3006}\\x{30FC}]'"
)


def _shingles(text: str) -> str:
    """The distinct pairs of neighbouring words, hashed."""
    words = f"splitByChar(' ', {text})"
    pairs = f"arrayPopBack({words}), arrayPopFront({words})"
    return f"arrayDistinct(arrayMap((word, next) -> cityHash64(word, next), {pairs}))"


_COMPARED = f"""
    {POLICIES},
    texts AS
    (
        SELECT
            consultation, topic, `partition`, `offset`, participant, root_offset, attachment_only,
            if(attachment_only, attachments, []) AS attached,
            (row_number() OVER delivery) = 1 AS is_first,
            first_value(root_offset) OVER delivery AS first_root,
            {_NORMALISED} AS normalised,
            countSubstrings(normalised, ' ') + 1 AS words,
            match(normalised, {_WITHOUT_SPACES}) AS uncounted
        FROM contributions FINAL
        WINDOW delivery AS
            (PARTITION BY consultation, topic, correction, source, event_id {IN_ORDER})
    ),
    compared AS
    (
        SELECT
            * EXCEPT (words, uncounted),
            attachment_only OR (words < least_short_words AND NOT uncounted) AS to_the_letter,
            multiIf(
                NOT is_first, 'redelivered',
                NOT match(normalised, {_LETTER_OR_DIGIT}), 'alone',
                to_the_letter, if(participant = '', 'alone', 'to the letter'),
                words < most_short_words OR uncounted, 'unsure',
                'by similarity') AS comparison,
            multiIf(
                comparison = 'by similarity', sipHash128(normalised),
                comparison = 'to the letter' OR (comparison = 'unsure' AND participant != ''),
                    sipHash128(participant, normalised, attachment_only, attached),
                sipHash128(`offset`)) AS wording
        FROM texts
        INNER JOIN policies_of USING (consultation, `partition`)
    )
"""

_ROOTED = f"""
    rooted AS
    (
        SELECT
            *,
            first_value(`offset`) OVER in_group AS group_first,
            first_value(normalised) OVER in_group AS root_text,
            first_value(comparison) OVER in_group AS root_comparison,
            multiIf(
                comparison = 'redelivered', first_root,
                comparison IN ('alone', 'to the letter'), first_value(`offset`) OVER alike,
                first_value(root_offset) OVER alike) AS right_root
        FROM compared
        WINDOW
            in_group AS (PARTITION BY consultation, topic, is_first, root_offset {IN_ORDER}),
            alike AS (PARTITION BY consultation, topic, comparison, wording {IN_ORDER})
    ),
    different AS
    (
        SELECT
            *,
            comparison = 'by similarity' AND root_text != normalised AS likened,
            {_shingles("if(likened, normalised, '')")} AS shingles,
            {_shingles("if(likened, root_text, '')")} AS root_shingles,
            length(shingles) + length(root_shingles)
                - length(arrayDistinct(arrayConcat(shingles, root_shingles))) AS common,
            multiIf(
                root_offset != right_root, toString(right_root),
                root_offset != group_first, 'a root',
                'a text like it') AS right_root_offset
        FROM rooted
        WHERE
            root_offset != right_root
            OR (is_first AND root_offset != group_first)
            OR (root_text != normalised AND root_comparison IN ('alone', 'to the letter'))
            OR common < least_similarity / 2 * least(length(shingles), length(root_shingles))
    )
"""

ROOTS = f"WITH {_COMPARED}, {_ROOTED}" + differences(
    "contributions",
    key_of("consultation", "topic", "partition", "offset"),
    [differing("root_offset", "root_offset", "right_root_offset", "1")],
    "different",
)
