"""Texts that want to harm, and names that must not be harmed."""

HARMFUL = {
    "escape": ("Tan\x1b[31m, Mei", "Tan\\x1b[31m, Mei"),
    "screen cleared": ("\x1b[2J\x1b[HTan", "\\x1b[2J\\x1b[HTan"),
    "cursor up, line erased": ("Tan\x1b[1A\x1b[2K", "Tan\\x1b[1A\\x1b[2K"),
    "title set": ("\x1b]0;owned\x07Tan", "\\x1b]0;owned\\x07Tan"),
    "clipboard written": ("\x1b]52;c;cm0gLXJmIC8=\x1b\\Tan", "\\x1b]52;c;cm0gLXJmIC8=\\x1b\\Tan"),
    "hyperlink": (
        "\x1b]8;;http://evil.example\x07Tan\x1b]8;;\x07",
        "\\x1b]8;;http://evil.example\\x07Tan\\x1b]8;;\\x07",
    ),
    "device asked": ("Tan\x1b[6n\x1bP$q\x1b\\", "Tan\\x1b[6n\\x1bP$q\\x1b\\"),
    "bell": ("Tan\x07", "Tan\\x07"),
    "backspace": ("Tax\x08n", "Tax\\x08n"),
    "carriage return": ("Tan\rX", "Tan\\x0dX"),
    "newline": ("Tan\nPT-0009  FAKE", "Tan\\x0aPT-0009  FAKE"),
    "tab": ("Tan\tMei", "Tan\\x09Mei"),
    "form feed, vertical tab": ("Tan\x0c\x0b", "Tan\\x0c\\x0b"),
    "shift out": ("Tan\x0eMei\x0f", "Tan\\x0eMei\\x0f"),
    "delete": ("Tan\x7f", "Tan\\x7f"),
    "C1 control sequence": ("Tan\x9b31mMei", "Tan\\x9b31mMei"),
    "C1 next line": ("Tan\x85Mei", "Tan\\x85Mei"),
    "C1 command and end": ("\x9d0;owned\x9cTan", "\\x9d0;owned\\x9cTan"),
    "right to left override": ("Tan\u202eieM", "Tan\\u202eieM"),
    "left to right override": ("Tan\u202dMei", "Tan\\u202dMei"),
    "embedding and its end": ("\u202bTan\u202c", "\\u202bTan\\u202c"),
    "isolates": ("\u2066Tan\u2069\u2067\u2068", "\\u2066Tan\\u2069\\u2067\\u2068"),
    "direction marks": ("Tan\u200e\u200f\u061c", "Tan\\u200e\\u200f\\u061c"),
    "zero width space": ("Ta\u200bn", "Ta\\u200bn"),
    "word joiner": ("Ta\u2060n", "Ta\\u2060n"),
    "invisible operators": ("Ta\u2061\u2062\u2063\u2064n", "Ta\\u2061\\u2062\\u2063\\u2064n"),
    "byte order mark": ("\ufeffTan", "\\ufeffTan"),
    "soft hyphen": ("Ta\u00adn", "Ta\\xadn"),
    "grapheme joiner": ("Ta\u034fn", "Ta\\u034fn"),
    "Hangul fillers": ("Ta\u3164\u115f\u1160\uffa0n", "Ta\\u3164\\u115f\\u1160\\uffa0n"),
    "Mongolian vowel separator": ("Ta\u180en", "Ta\\u180en"),
    "line separator": ("Tan\u2028Mei\u2029", "Tan\\u2028Mei\\u2029"),
    "annotation": ("\ufff9Tan\ufffaMei\ufffb", "\\ufff9Tan\\ufffaMei\\ufffb"),
    "marks of music": ("Ta\U0001d173\U0001d17an", "Ta\\U0001d173\\U0001d17an"),
    "marks of shorthand": ("Ta\U0001bca0\U0001bca3n", "Ta\\U0001bca0\\U0001bca3n"),
    "tags": ("Tan\U000e0041\U000e007f", "Tan\\U000e0041\\U000e007f"),
    "joiner between Latin letters": ("Ta\u200dn", "Ta\\u200dn"),
    "non-joiner between Latin letters": ("Ta\u200cn", "Ta\\u200cn"),
    "joiner at the end": ("علی\u200d", "علی\\u200d"),
    "two non-joiners in a row": ("می\u200c\u200cخواهم", "می\\u200c\\u200cخواهم"),
}
"""What it is: the text, and what a person may see of it. None holds NUL or half a character: those are refused."""

UNSTORABLE = {
    "NUL": ("Tan\x00Mei", "Tan\\x00Mei"),
    "half a character": ("Tan\ud800Mei", "Tan\\ud800Mei"),
    "the other half": ("Tan\udc80Mei", "Tan\\udc80Mei"),
}
"""What the store does not take, and an error may still have to show."""

MARKUP = [
    "[red]Tan[/red]",
    "[link=http://evil.example]Tan[/link]",
    "[bold]",
    "[/]",
    ":skull: Tan",
    "\\[red]",
    "[@click=x]",
]
"""What Rich would read as styles and pictures."""

NAMES = [
    # Latin, with and without accents, composed and decomposed
    "Tan, Mei", "O'Neill, Siobhán", "D’Angelo, Niccolò", "Müller-Lüdenscheidt, Jörg", "Łukasiewicz, Żaneta",
    "Nguyễn, Thị Lan", "Trần, Văn Đức", "Šťastný, Čeněk", "İnönü, Gökçe", "Þórðardóttir, Æsa",
    "Ó Súilleabháin, Mícheál",
    "Mu\u0308ller, Jo\u0308rg", "Nguye\u0302\u0303n, Thi\u0323", "Ångström, Åsa", "Sánchez y García, José María",
    "Wei\u00a0Chen", "van der Berg, Anne-Marie Jr.",
    # Greek, Cyrillic, Armenian, Georgian
    "Παπαδοπούλου, Ελένη", "Лебедева, Нина", "Щербаков, Пётр", "Ћирић, Љиљана", "Պետրոսյան, Անի", "ბერიძე, ნინო",
    # Arabic, Persian with a non-joiner, Urdu, Hebrew with points
    "ليلى الخطيب", "علی‌رضا پورمحمدی", "می‌خواهم، نام‌دار", "محمد اقبالؔ", "שָׂרָה לֵוִי", "כהן, יעל",
    # South Asia, with the joiners that Sinhala, Malayalam and Hindi need
    "क्षितिज शर्मा", "क्‍षितिज", "சுப்பிரமணியன்", "ശ്രീ‌ലത", "അവന്‍", "ශ්‍රී ලංකා", "ক্র‌াইস্ট, অনিন্দিতা", "ਗੁਰਪ੍ਰੀਤ ਕੌਰ",
    # South-East and East Asia
    "สมชาย ใจดี", "ນາງ ວັນນາ", "သီရိ", "王秀英", "歐陽 菲菲", "山田 花子", "ｱｲﾀﾞ", "김철수", "김철수",
]  # fmt: skip
"""Names as people have them, in more than ten scripts."""

ELEMENTS = (
    "<script>alert(1)</script>",
    "</text></svg><script>alert(1)</script>",
    "</title></style><img src=x onerror=alert(1)>",
    '" onload="alert(1)',
    "' style='position:fixed",
    "&lt;b&gt; & &#x3c;b ]]> <!-- --> <![CDATA[",
    "<a href='https://evil.example'>Tan</a>",
    "<foreignObject><iframe src=//evil.example>",
)
"""Names that would be elements, attributes or addresses in a page."""
