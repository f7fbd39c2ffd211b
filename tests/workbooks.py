"""Workbooks for tests, part by part: what no program writes that is at hand."""

import io
import zipfile

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def related(*targets: tuple[str, str]) -> str:
    """What a part refers to: (kind, target), numbered from ``rId1`` on."""
    lines = (
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{XML}<Relationships xmlns="{RELATIONS}">{"".join(lines)}</Relationships>'


def workbook(
    *sheets: str,
    states: tuple[str, ...] = (),
    styles: str = "",
    texts: str = "",
    about: str = "",
    **more: str,
) -> bytes:
    """A workbook of sheets, each as what stands in its ``worksheet``; ``more`` are other parts by name."""
    listed = "".join(
        f'<sheet name="S{number}" sheetId="{number}" r:id="rId{number}"'
        + (f' state="{states[number - 1]}"' if number <= len(states) else "")
        + "/>"
        for number in range(1, len(sheets) + 1)
    )
    targets = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)]
    parts = {
        "_rels/.rels": related(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{about}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": related(
            *targets, ("styles", "styles.xml"), ("sharedStrings", "sharedStrings.xml")
        ),
        "xl/styles.xml": f'{XML}<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
        "xl/sharedStrings.xml": f'{XML}<sst xmlns="{MAIN}">{texts}</sst>',
    }
    for number, sheet in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = f'{XML}<worksheet xmlns="{MAIN}">{sheet}</worksheet>'
    return packed(parts | more)


def packed(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def rows(*lines: str, after: str = "") -> str:
    """A sheet of lines, each given as its cells; ``after`` is what follows them."""
    numbered = (f'<row r="{number}">{cells}</row>' for number, cells in enumerate(lines, start=1))
    return f"<sheetData>{''.join(numbered)}</sheetData>{after}"


def inline(*texts: str) -> str:
    """Cells of text, which stands in them."""
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
