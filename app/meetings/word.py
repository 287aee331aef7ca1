"""Files of Word (package `python-docx`, extra `documents`) that everybody can read.

What makes such a file accessible is its structure (WCAG 2.2: 1.3.1, 2.4.2, 3.1.1, 3.1.2): real
styles for headings and lists, rows of tables that are marked as headers, the language of the
document and of what is in another, a title, and space by styles instead of empty paragraphs.

The package is imported when it is needed, so that the tool runs without it.
"""

from collections.abc import Sequence
from datetime import datetime
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from flask_babel import gettext as _

from app.config import Language
from app.core.bilingual import Text
from app.core.fields import printable

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_FONT = "Arial"
_INK = "1F2A37"
_SIZES = {"Title": 22, "Subtitle": 12, "Heading 1": 16, "Heading 2": 13, "Heading 3": 11}
"""The points of each style; what is not named is of 11 points."""

_SPACE = {"Title": (0, 6), "Subtitle": (0, 2), "Heading 1": (18, 6), "Heading 2": (14, 4)}
"""The points before and after a paragraph of each style."""

_LATEST_WORD = "15"


def is_installed() -> bool:
    """Tell whether files of Word can be written here."""
    return find_spec("docx") is not None


class About(NamedTuple):
    """What a file says of itself.

    Attributes:
        title: Its title.
        subject: Whose it is.
        author: Who gives it out.
        lang: Its language.
        made_at: When it is made, in UTC.
    """

    title: str
    subject: str
    author: str
    lang: Language
    made_at: datetime


class WordFile:
    """A file of Word that is written from its top to its end."""

    def __init__(self, about: About) -> None:
        import docx  # noqa: PLC0415  # The tool runs without it.

        self._lang = about.lang
        self._document = docx.Document()
        self._describe(about)
        _prepare_styles(self._document, about.lang)
        self._prepare_page(about)
        self.line(about.subject, style="Subtitle")
        self.line(about.title, style="Title")

    def heading(self, text: str | Text, level: int) -> None:
        """Write a heading of a level from 1 to 3."""
        self._write(self._document.add_paragraph(style=f"Heading {level}"), text)

    def line(self, text: str | Text, style: str = "Normal") -> None:
        """Write one paragraph."""
        self._write(self._document.add_paragraph(style=style), text)

    def text(self, text: str | Text) -> None:
        """Write a text that may have several paragraphs; nothing when it is empty."""
        lang, is_other = (text.lang, text.is_other) if isinstance(text, Text) else ("fi", False)
        lines = [line for line in str(text).splitlines() if line.strip()]
        for number, line in enumerate(lines, 1):
            is_last = number == len(lines)
            paragraph = self._document.add_paragraph()
            self._write(paragraph, Text(line, lang, is_other) if is_other else line, mark=is_last)

    def fact(self, name: str, value: str | Text) -> None:
        """Write what something is called and what it is, in one paragraph."""
        paragraph = self._document.add_paragraph(style="Fact")
        paragraph.add_run(f"{name}: ").bold = True
        self._write(paragraph, value)

    def items(self, items: Sequence[str]) -> None:
        """Write a list."""
        for item in items:
            self.line(item, style="List Bullet")

    def link(self, words: str, url: str) -> None:
        """Write a paragraph that is a link."""
        paragraph = self._document.add_paragraph()
        key = paragraph.part.relate_to(
            url,
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink",
            is_external=True,
        )
        run = paragraph.add_run(words)
        run.style = self._document.styles["Hyperlink"]
        link = _element("w:hyperlink", **{"r:id": key})
        link.append(run._r)  # noqa: SLF001  # python-docx can't write links by itself
        paragraph._p.append(link)  # noqa: SLF001

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table whose first row says what stands in the columns, on every page anew."""
        table = self._document.add_table(rows=1, cols=len(header), style="Table Grid")
        for cell, words in zip(table.rows[0].cells, header, strict=True):
            cell.paragraphs[0].style = "Cell"
            cell.paragraphs[0].add_run(words).bold = True
        properties = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001
        properties.append(_element("w:cantSplit"))
        properties.append(_element("w:tblHeader"))
        for row in rows:
            for cell, words in zip(table.add_row().cells, row, strict=True):
                cell.paragraphs[0].style = "Cell"
                cell.paragraphs[0].add_run(printable(words))

    def signature(self, role: str, name: str) -> None:
        """Write a line to sign on, and under it who signs as what."""
        self.line(", ".join(each for each in (name, role) if each), style="Signature line")

    def content(self) -> bytes:
        """Return the file."""
        stream = BytesIO()
        self._document.save(stream)
        return stream.getvalue()

    def _write(self, paragraph: "Paragraph", text: str | Text, *, mark: bool = True) -> None:
        """Add a text to a paragraph; one in the other language is marked as that."""
        run = paragraph.add_run(printable(str(text)))
        if isinstance(text, Text) and text.is_other:
            run._r.get_or_add_rPr().append(_language(text.lang))  # noqa: SLF001
            if mark:
                only = _("in Finnish only") if text.lang == "fi" else _("in Swedish only")
                paragraph.add_run(f" ({only})")

    def _describe(self, about: About) -> None:
        properties = self._document.core_properties
        properties.title = about.title
        properties.subject = about.subject
        properties.author = properties.last_modified_by = about.author
        properties.language = _code(about.lang)
        properties.created = properties.modified = about.made_at
        # The template of the package says otherwise.
        properties.comments = ""

    def _prepare_page(self, about: About) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
        from docx.shared import Mm  # noqa: PLC0415

        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(25)
        section.top_margin = section.bottom_margin = Mm(22)
        section.header.paragraphs[0].text = f"{about.author} – {about.title}"
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        foot.add_run(_("Page") + " ")
        _add_field(foot, "PAGE")
        foot.add_run(" / ")
        _add_field(foot, "NUMPAGES")


def _prepare_styles(document: "Document", lang: Language) -> None:
    """Give the document its language, one typeface, and the styles of its own."""
    from docx.enum.style import WD_STYLE_TYPE  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Pt, RGBColor  # noqa: PLC0415

    styles = document.styles
    for each in styles.element.iter(qn("w:lang")):
        each.set(qn("w:val"), _code(lang))
    for setting in document.settings.element.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), _LATEST_WORD)
    for name in ("Fact", "Cell", "Mark", "Signature line"):
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER)
    for name in ("Normal", "Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3"):
        style: Any = styles[name]
        # The theme's typeface would win over the name.
        for fonts in style.element.iter(qn("w:rFonts")):
            fonts.attrib.clear()
        style.font.name = _FONT
        style.font.size = Pt(_SIZES.get(name, 11))
        style.font.italic = False
        style.font.color.rgb = RGBColor.from_string(_INK)
        before, after = _SPACE.get(name, (0, 6))
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(after)
    fact, cell, mark, signature, link = (
        styles[name] for name in ("Fact", "Cell", "Mark", "Signature line", "Hyperlink")
    )
    fact.paragraph_format.space_after = cell.paragraph_format.space_after = Pt(2)
    mark.font.bold = True
    signature.paragraph_format.space_before = Pt(42)
    signature.paragraph_format.right_indent = Pt(200)
    signature.paragraph_format.keep_together = True
    top = _element("w:top", **{"w:val": "single", "w:sz": "6", "w:space": "4", "w:color": _INK})
    borders = _element("w:pBdr")
    borders.append(top)
    signature.element.get_or_add_pPr().insert_element_before(borders, "w:spacing", "w:ind")
    link.font.underline = True
    link.font.color.rgb = RGBColor.from_string("0B4EA2")


def _code(lang: Language) -> str:
    """Return what Word calls a language as it is written in Finland."""
    return f"{lang}-FI"


def _language(lang: Language) -> Any:
    return _element("w:lang", **{"w:val": _code(lang)})


def _add_field(paragraph: "Paragraph", name: str) -> None:
    """Write a number that Word works out itself."""
    field = _element("w:fldSimple", **{"w:instr": name})
    run = paragraph.add_run("1")
    field.append(run._r)  # noqa: SLF001
    paragraph._p.append(field)  # noqa: SLF001


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement  # noqa: PLC0415
    from docx.oxml.ns import qn  # noqa: PLC0415

    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(key), value)
    return element
