"""Writes the Unicode tables of the WordPiece tokenizer by asking the reference about every code point.

The Rust crates behind Hugging Face tokenizers each carry their own, partly old, copy of Unicode. Nothing here is taken
from a Unicode data file: each bit is what the reference does with the code point in a text made for that question.

    unicode_tables.py tokenizer/src/main/resources/dev/tercet/tokenizer/unicode.bin

Flags, one byte per code point (c is the code point, a and b are letters):
    1 REMOVED      clean_text turns "acb" into "ab"
    2 SPACE        clean_text turns "acb" into "a b", or BertPreTokenizer splits "acb" into "a", "b"; asserted to be the
                   same set but for code points that clean_text removes first
    4 CJK          handle_chinese_chars turns "acb" into "a c b"
    8 PUNCTUATION  BertPreTokenizer splits "acb" into "a", "c", "b"
   16 MARK         c is its own decomposition, and strip_accents turns "acb" into "ab" (category Mn)
   32 WORD         an added token with single_word is not found beside c (\\w of the regex crate)
   64 MAPPED       c has a decomposition or a lower case: look in the lists
  128 REORDERED    c has a canonical combining class other than 0
Lists:
    decomposition  normalizers.NFD of c where that is not c; the 11,172 Hangul syllables are asserted to follow the
                   arithmetic rule of the standard and left out
    lower case     BertNormalizer(lowercase) of c where that is not c; asserted equal to normalizers.Lowercase
    order          the rank of c's combining class: NFD swaps two neighbouring marks when the second has a smaller class
                   above 0, so comparing c with one mark of every class places it

File, big-endian: "TCUN", u8 version 1, u16 length + reference version (UTF-8); u16 number of 256-entry pages; page number
(u8) of each of the 4,352 blocks of 256 code points; the pages; then the lists. Each list: u16 count; the code points in
order, u24 each; count + 1 times u16, where each one's values begin and the last one's end; the values, u24 each.
"""

import struct
import sys
import unicodedata

import tokenizers
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

REMOVED, SPACE, CJK, PUNCTUATION, MARK, WORD, MAPPED, REORDERED = (1 << i for i in range(8))
POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]


def bert(**options):
    off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**off, **options})


def middle(normalizer):
    """What becomes of each code point between two letters."""
    result = {}
    for c in POINTS:
        text = normalizer.normalize_str("a" + chr(c) + "b")
        assert text.startswith("a") and text.endswith("b"), hex(c)
        result[c] = text[1:-1]
    return result


def flags_of(nfd, lower):
    flags = bytearray(0x110000)
    cleaned = middle(bert(clean_text=True))
    chinese = middle(bert(handle_chinese_chars=True))
    stripped = middle(bert(strip_accents=True))
    split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
    for c in POINTS:
        f = 0
        pieces = [piece for piece, _ in split("a" + chr(c) + "b")]
        if cleaned[c] == "":
            f |= REMOVED
        else:
            assert cleaned[c] in (chr(c), " "), hex(c)
            assert (cleaned[c] == " ") == (pieces == ["a", "b"]), hex(c)
        if pieces == ["a", "b"]:
            f |= SPACE
        elif pieces == ["a", chr(c), "b"]:
            f |= PUNCTUATION
        else:
            assert pieces == ["a" + chr(c) + "b"], hex(c)
        if chinese[c] == " " + chr(c) + " ":
            f |= CJK
        else:
            assert chinese[c] == chr(c), hex(c)
        if c not in nfd:
            if stripped[c] == "":
                f |= MARK
            else:
                assert stripped[c] == chr(c), hex(c)
        if c in nfd or c in lower:
            f |= MAPPED
        flags[c] = f
    for c, mapped in nfd.items():  # strip_accents is NFD without the marks
        kept = "".join(d for d in mapped if not flags[ord(d)] & MARK)
        assert stripped[c] == kept, hex(c)
    return flags


def word_flags(flags):
    token = "\ue000q\ue000"
    tokenizer = Tokenizer(models.WordLevel({"u": 0}, unk_token="u"))
    tokenizer.add_tokens([AddedToken(token, single_word=True, normalized=False)])
    for c in POINTS:
        before = any(i == 1 for i in tokenizer.encode(chr(c) + token).ids)
        after = any(i == 1 for i in tokenizer.encode(token + chr(c)).ids)
        assert before == after, hex(c)
        if not before:
            flags[c] |= WORD
    stripping = Tokenizer(models.WordLevel({"u": 0}, unk_token="u"))
    stripping.add_tokens([AddedToken(token, lstrip=True, rstrip=True, normalized=False)])
    for c in POINTS:
        taken = stripping.encode(chr(c) + token + chr(c)).offsets == [(0, 5)]
        assert taken == bool(flags[c] & SPACE), hex(c)


def hangul(c):
    s = c - 0xAC00
    tail = s % 28
    return chr(0x1100 + s // 588) + chr(0x1161 + s % 588 // 28) + (chr(0x11A7 + tail) if tail else "")


def order_ranks(nfd):
    normalize = normalizers.NFD().normalize_str

    def swapped(first, second):
        return normalize("a" + first + second + "b") == "a" + second + first + "b" and first != second

    by_class = {}
    for c in POINTS:  # candidates only, Python's Unicode is another: what counts is how the reference orders them
        k = unicodedata.combining(chr(c))
        if k and c not in nfd and (swapped(chr(c), "\u0334") or swapped("\u0345", chr(c))):
            by_class.setdefault(k, chr(c))
    marks = [by_class[k] for k in sorted(by_class)]

    for i in range(len(marks)):  # a chain of marks of strictly increasing class
        for j in range(len(marks)):
            assert swapped(marks[i], marks[j]) == (i > j), (i, j)
    ranks = {}
    for c in POINTS:
        if c in nfd:
            continue
        m = chr(c)
        below = marks[0] != m and swapped(marks[-1], m)
        above = marks[-1] != m and swapped(m, marks[0])
        if not below and not above and m not in marks:
            continue
        smaller = [i for i in range(len(marks)) if swapped(m, marks[i])]
        larger = [i for i in range(len(marks)) if swapped(marks[i], m)]
        assert smaller == list(range(len(smaller))) and larger == list(range(len(marks) - len(larger), len(marks)))
        gap = len(marks) - len(larger) - len(smaller)
        assert gap in (0, 1), hex(c)
        ranks[c] = 2 * len(smaller) + 1 + gap  # an odd rank lies between two known classes
    return ranks


def u24(value):
    return struct.pack(">I", value)[1:]


def listed(mapping):
    keys = sorted(mapping)
    begins = [0]
    for c in keys:
        begins.append(begins[-1] + len(mapping[c]))
    out = struct.pack(">H", len(keys)) + b"".join(map(u24, keys)) + b"".join(struct.pack(">H", i) for i in begins)
    return out + b"".join(u24(ord(d)) for c in keys for d in mapping[c])


def main():
    normalize = normalizers.NFD().normalize_str
    nfd = {c: d for c in POINTS if (d := normalize(chr(c))) != chr(c)}
    syllables = [c for c in nfd if 0xAC00 <= c <= 0xD7A3]
    assert len(syllables) == 11172 and all(nfd[c] == hangul(c) for c in syllables)
    lower = {c: d for c, d in middle(bert(lowercase=True)).items() if d != chr(c)}
    assert lower == {c: d for c, d in middle(normalizers.Lowercase()).items() if d != chr(c)}
    flags = flags_of(nfd, lower)
    word_flags(flags)
    ranks = order_ranks(nfd)
    for c in ranks:
        flags[c] |= REORDERED

    pages, numbers = {}, bytearray()
    for block in range(0x1100):
        page = bytes(flags[block * 256 : block * 256 + 256])
        numbers.append(pages.setdefault(page, len(pages)))
    version = ("tokenizers " + tokenizers.__version__).encode()
    out = b"TCUN" + struct.pack(">BH", 1, len(version)) + version
    out += struct.pack(">H", len(pages)) + numbers + b"".join(pages)
    out += listed({c: d for c, d in nfd.items() if not 0xAC00 <= c <= 0xD7A3})
    out += listed(lower) + listed({c: chr(rank) for c, rank in ranks.items()})
    with open(sys.argv[1], "wb") as file:
        file.write(out)
    print(f"{len(out)} bytes, {len(pages)} pages, {len(nfd)} decompositions, {len(lower)} lower cases, {len(ranks)} classes")


if __name__ == "__main__":
    main()
