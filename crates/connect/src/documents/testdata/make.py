#!/usr/bin/python3
"""Makes the documents that the tests read. Needs Debian's python3-reportlab, python3-pil and qpdf.

The same tools make the same bytes: no dates, no random numbers. Only password.pdf changes each time: its key is random.
"""

import io
import os
import subprocess

from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

AGENDA = [
    [
        "Agenda of the planning meeting",
        "",
        "1. Budget for the autumn. Priya presents the numbers of last quarter.",
        "2. The move to the new office. Tomás has asked three companies.",
        "3. Hiring: two engineers and a designer for the Aurora project.",
        "",
        "Please read the attached report before the meeting on Thursday.",
    ],
    [
        "Open questions from last week",
        "",
        "Who writes to the Kingfisher team about the delayed delivery?",
        "Can the invoices go out before the end of the month?",
    ],
]

LEFT = [
    "The harbour was rebuilt after the",
    "storm of 1953. Its northern wall is",
    "twelve metres high and protects the",
    "town from the open sea. Fishermen",
    "still land their catch here every",
    "morning before sunrise.",
]

RIGHT = [
    "Since the opening of the bridge most",
    "visitors arrive by car. The council",
    "plans a tram line that joins the old",
    "market with the ferry terminal; work",
    "on it begins next spring and takes",
    "about three years.",
]

CHINESE = [
    "第三季產品規劃會議",
    "",
    "一、檢討上一季的銷售數字與客戶意見。",
    "二、決定新版行動應用程式的上線日期。",
    "三、請陳怡君在星期五以前寄出預算表。",
]


def canvas(name):
    return Canvas(name, pagesize=A4, pageCompression=1, invariant=1)


def lines(page, texts, font, size=11, x=72, y=760):
    text = page.beginText(x, y)
    text.setFont(font, size, leading=size * 1.5)
    for line in texts:
        text.textLine(line)
    page.drawText(text)


def english():
    page = canvas("english.pdf")
    for texts in AGENDA:
        lines(page, texts, "Helvetica")
        page.showPage()
    page.save()


def columns():
    page = canvas("columns.pdf")
    lines(page, ["The harbour and the tram"], "Helvetica-Bold", 16, y=790)
    lines(page, LEFT, "Times-Roman", x=72)
    lines(page, RIGHT, "Times-Roman", x=320)
    page.save()


def chinese():
    pdfmetrics.registerFont(UnicodeCIDFont("MSung-Light"))
    page = canvas("chinese.pdf")
    lines(page, CHINESE, "MSung-Light", 12)
    page.save()


def scan():
    """A picture of text: nothing to read without a recogniser."""
    picture = Image.new("1", (600, 200), 1)
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(AGENDA[0]):
        draw.text((20, 20 + 22 * number), line.encode("ascii", "replace").decode(), fill=0)
    png = io.BytesIO()
    picture.save(png, "PNG")
    page = canvas("scan.pdf")
    page.drawImage(ImageReader(png), 36, 500, 520, 173)
    page.save()


def garbage():
    """The text layer of a font that numbers its letters by place and does not say which letters they are."""
    page = canvas("garbage.pdf")
    shifted = ["".join(chr(ord(letter) - 29) for letter in line if letter < "\x7f") for line in AGENDA[0] + AGENDA[1]]
    lines(page, shifted, "Helvetica")
    page.save()


def qpdf(*arguments):
    subprocess.run(["qpdf", "--static-id", "--static-aes-iv", *arguments], check=True)


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    english()
    columns()
    chinese()
    scan()
    garbage()
    qpdf("english.pdf", "--encrypt", "secret", "owner", "256", "--", "password.pdf")
    # Opens without a password but forbids changes; RC4 with a key made by MD5, as old writers do it.
    qpdf("--allow-weak-crypto", "english.pdf", "--encrypt", "", "owner", "128", "--modify=none", "--", "owner-only.pdf")
    qpdf("english.pdf", "--linearize", "--object-streams=generate", "linearised.pdf")
    with open("english.pdf", "rb") as file:
        data = file.read()
    with open("truncated.pdf", "wb") as file:
        file.write(data[: len(data) * 6 // 10])
    with open("text.pdf", "w") as file:
        file.write("Minutes of the meeting\n\nThis is a text, whatever its name says.\n")
    open("empty.pdf", "w").close()


main()
