"""What a text says: its wording, whether it only points elsewhere, what it adds to another."""

import re
import unicodedata
from itertools import groupby

_MOST_MARKS = 30
_NOT_WORD = re.compile(r"\W+")
_ASCII_NOT_WORD_TO_SPACE = bytes(
    ord(char) if (char := chr(code)).isalnum() or char == "_" else ord(" ") for code in range(256)
)

# Han, Hiragana, Katakana; Thai, Lao, Myanmar and Khmer.
_SPACELESS = re.compile(
    "[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"
)
_SPACELESS_SHARE = 0.3
# So many words or characters in a row stand in two texts only if one took them from the other.
_QUOTED_WORDS = 3
_QUOTED_CHARACTERS = 5

# By language, the words for an attachment, and those that may stand beside them.
_POINTERS = {
    "en": (
        "attached attachment attachments enclosed enclosure",
        """a all an and are as below by comment comments document documents file files find for full
        here herewith i in is letter letters my of our page pages pdf please refer response s see
        statement submission submitted text thank thanks the this to upload uploaded view we you
        your""",
    ),
    "es": (
        "adjunto adjunta adjuntos adjuntas anexo anexos",
        """al alegaciones archivo archivos carta comentarios consulte de del documento documentos el
        en envío escrito está están favor fichero ficheros gracias la las lo los mi mis pdf por se
        texto un una véase ver vea vean y""",
    ),
    "de": (
        """anhang anhänge anlage anlagen anbei angehängt angehängte angehängten beigefügt beigefügte
        beigefügten beilage""",
        """als bitte brief danke das datei dateien dem den der die dokument finden im in ist
        kommentar lesen mein meine pdf s sehen sie siehe stellungnahme text und unsere vielen""",
    ),
    "fr": (
        "joint jointe joints jointes annexe annexes",
        """au avis ci commentaires consulter courrier dans de document documents en est fichier
        fichiers la le les lettre ma merci mes mon notre pdf pièce pièces plaît s se texte trouver
        un une veuillez voir vous""",
    ),
    "it": (
        "allegato allegata allegati allegate",
        """al documento documenti favore file grazie gli i il in la lettera le mia mio osservazioni
        pdf per si testo un una vedere vedi veda""",
    ),
    "pt": (
        "anexo anexa anexos anexas",
        """a arquivo as carta comentários documento em favor ficheiro minha o obrigado os pdf por
        segue texto um uma veja ver""",
    ),
    "nl": (
        "bijlage bijlagen bijgevoegd bijgevoegde",
        """als bestand brief de document een graag het in is mijn onze pdf reactie u zie
        zienswijze""",
    ),
}
_POINTER_WORDS = tuple(
    (frozenset(attached.split()), frozenset(attached.split() + beside.split()))
    for attached, beside in _POINTERS.values()
)
# Possessive (`*+`), so that no text can make it try every way to split what it repeats.
_SPACELESS_POINTER = re.compile(
    "(?:敬請|[請请詳详見见參参閱阅看考如的檔档案文件我意謝谢您])*+"
    "(?:附件|附檔|附档|附加檔案)"
    "[請请參参閱阅查看內内容檔档案文件的謝谢您]*+"
    "|(?:詳細|意見|内容|[はの])*+(?:添付|別紙)"
    "(?:ファイル|資料|文書|書類|参照|覧|確認|くだ|します|しま|いた|お願|記載|とお"
    "|[のをにご御見下さい致す通りで])*+"
)


def normalise(text: str) -> str:
    r"""Fold what does not change the wording: NFKC, casefold, runs of `\W` to one space, trim.

    A text without a letter or a digit becomes empty.
    """
    if text.isascii():
        # The same answer six times faster: ASCII is in NFKC, and folds byte by byte.
        folded = text.lower().encode().translate(_ASCII_NOT_WORD_TO_SPACE)
        words = b" ".join(folded.split()).decode()
    else:
        if not unicodedata.is_normalized("NFKC", text):
            text = unicodedata.normalize("NFKC", _with_few_marks(text))
        words = _NOT_WORD.sub(" ", text.casefold()).strip()
    return words if words.strip("_ ") else ""


def is_spaceless(normalised: str) -> bool:
    """Whether a text is in a language that puts no spaces between words, by its characters.

    One Chinese character says about as much as a word: fewer than half of them are enough.
    """
    if normalised.isascii():
        return False
    return len(_SPACELESS.findall(normalised)) > _SPACELESS_SHARE * len(normalised)


def _with_few_marks(text: str) -> str:
    """Leave no more than 30 combining marks in a row.

    Putting them in order takes the square of their number. No language has more (Unicode Standard
    Annex #15, Stream-Safe Text Format).
    """
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def is_attachment_only(normalised: str, *, has_attachments: bool) -> bool:
    """Whether a text says nothing but that there is an attachment, or nothing at all beside one.

    Knows English, Spanish, German, French, Italian, Portuguese, Dutch, Chinese and Japanese.

    Args:
        normalised: As `normalise` gives it.
        has_attachments: Whether anything is attached.
    """
    if not normalised:
        return has_attachments
    if is_spaceless(normalised):
        return _SPACELESS_POINTER.fullmatch(normalised.replace(" ", "")) is not None
    words = set(normalised.split())
    return any(words & attached and words <= known for attached, known in _POINTER_WORDS)


def added_words(text: str, representative_text: str) -> str:
    """What the sender of a letter added to it: the words that the letter does not have.

    A word is the letter's when it stands in a row of three (five characters, in languages without
    spaces) that stands in the letter too, so that moved paragraphs are not taken for added ones.

    Args:
        text: What was sent.
        representative_text: The letter.

    Returns:
        The added runs as they were written, with " … " between them; empty if there are none.
    """
    spaceless = is_spaceless(normalise(text))
    units, theirs = (
        (list(text), list(representative_text))
        if spaceless
        else (text.split(), representative_text.split())
    )
    worded = [place for place, unit in enumerate(units) if normalise(unit)]
    words = [normalise(units[place]) for place in worded]
    letter = [wording for unit in theirs if (wording := normalise(unit))]
    width = min(_QUOTED_CHARACTERS if spaceless else _QUOTED_WORDS, max(len(letter), 1))
    rows = {tuple(letter[at : at + width]) for at in range(len(letter) - width + 1)}
    is_added = [True] * len(words)
    for at in range(len(words) - width + 1):
        if tuple(words[at : at + width]) in rows:
            is_added[at : at + width] = [False] * width

    # Punctuation that stands alone goes with the word before it.
    ends = [*worded[1:], len(units)]
    runs = []
    for added, run in groupby(range(len(words)), key=is_added.__getitem__):
        if added:
            places = list(run)
            start, end = worded[places[0]], ends[places[-1]]
            runs.append(("" if spaceless else " ").join(units[start:end]).strip())
    return " … ".join(runs)
