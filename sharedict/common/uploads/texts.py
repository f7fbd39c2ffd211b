"""What stands in a file as text."""

from django.utils.translation import gettext as _

from sharedict.common.uploads.tables import UploadError

DELIMITERS = ";,\t"


def decoded(content: bytes) -> tuple[str, list[str]]:
    """``content`` as text, with a notice unless it is UTF-8; raises UploadError for what is no text."""
    if content.startswith(b"PK\x03\x04"):
        raise UploadError(_("This is a workbook or an archive. Save the sheet as CSV and upload that."))
    if b"\0" in content:
        raise UploadError(_("This is not text in UTF-8. Save the sheet as CSV (UTF-8) and upload that."))
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise UploadError(
            _("This is not text in UTF-8. Save the sheet as CSV (UTF-8) and upload that.")
        ) from None
    return text, [_("The file is not UTF-8: it is read as Windows-1252. Check the letters å, ä, ö and é.")]


def delimiter_of(text: str) -> str:
    header = text.split("\n", 1)[0]
    return max(DELIMITERS, key=header.count)
