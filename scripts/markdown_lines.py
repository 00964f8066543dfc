"""Breaks the lines of Markdown. What can't be broken stays: tables, code, headings, a word or a link
that is too long by itself, and paragraphs none of whose lines is too long.
"""

import re

WIDTH = 100

FENCE = re.compile(r"\s*(```|~~~)")
FIXED = re.compile(r"\s*(\||#|<|$)|    \s*[^-*\d\s]")  # a table, a heading, HTML, nothing, code
ITEM = re.compile(r"(\s*(?:[-*+]|\d+[.)])\s+|\s*)")  # what begins a paragraph, with its space
# A word: code in it holds together, and so does a link's target.
WORD = re.compile(r"(?:`[^`]+`|[^\s`])+")
# What would be markup at the beginning of a line.
MARKUP = re.compile(r"(?:[-+*>|=]|#+|\d+[.)])$|[|>]")


def words_of(text):
    """The words of a paragraph; one that may not begin a line comes with the word before."""
    words = []
    for word in WORD.findall(text):
        if words and MARKUP.match(word):
            words[-1] += " " + word
        else:
            words.append(word)
    return words


def wrapped(paragraph):
    """The lines of a paragraph, broken anew."""
    first = ITEM.match(paragraph[0]).group(1)
    indent = " " * len(first)
    lines, line = [], first
    for word in words_of(" ".join([paragraph[0][len(first):], *(line.strip() for line in paragraph[1:])])):
        if line.strip() and line not in (first, indent) and len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = indent + word
        else:
            line += word if line in (first, indent) else " " + word
    return [*lines, line]


def paragraphs_of(text):
    """(lines, whether they may be broken anew), in order."""
    paragraph, fenced = [], False
    for line in text.split("\n"):
        ends = bool(FENCE.match(line))
        stays = fenced or ends or (FIXED.match(line) and not paragraph) or not line.strip() or line.lstrip()[:1] in "|#<"
        begins = ITEM.match(line).group(1).strip()
        if paragraph and (stays or begins):
            yield paragraph, True
            paragraph = []
        if stays:
            yield [line], False
        else:
            paragraph.append(line)
        fenced ^= ends
    if paragraph:
        yield paragraph, True


def fixed(text):
    lines = []
    for paragraph, breakable in paragraphs_of(text):
        too_long = breakable and any(len(line) > WIDTH for line in paragraph)
        lines += wrapped(paragraph) if too_long else paragraph
    return "\n".join(lines)
