"""What a brand wrote, in any kind of file, becomes clauses whose ids stay; what cannot be read is named with how to mend it."""

import io
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from knowledge.document import Document, UnreadableDocument
from knowledge.documents.files import LARGEST, name_parts, read_bytes, read_file, read_folder, read_shop_policies, read_text
from knowledge.documents.passages import LONGEST, count_words
from tests.knowledge.conftest import shared_json

RETURNS = """---
title: Returns
---
# Returns

Unworn items with their tags may be sent back within 30 days of delivery for a full refund to the card you used when you paid.

## How to send something back

Start a return from your **account** or the [returns portal](https://northbay.example.com/returns) with your order number. \
Print the prepaid label, or show the code at a drop-off point near you.

The following cannot be returned:

- underwear and swimwear
- pierced earrings
- anything marked *final sale*
"""


def texts(document: Document) -> list[str]:
    return [clause.text for clause in document.clauses]


def test_markdown_becomes_clauses_under_their_headings() -> None:
    document = read_bytes(RETURNS.encode(), name="returns.en.md")
    assert (document.id, document.locale, document.title) == ("returns", "en", "Returns")
    assert [clause.title for clause in document.clauses] == [
        "Returns",
        "Returns › How to send something back",
        "Returns › How to send something back",
    ]
    assert document.clauses[1].text.startswith("Start a return from your account or the returns portal with")
    assert (
        document.clauses[2].text
        == "The following cannot be returned:\nunderwear and swimwear\npierced earrings\nanything marked final sale"
    )


def test_the_same_words_keep_their_id_and_others_do_not_move_it() -> None:
    before = read_bytes(RETURNS.encode(), name="returns.en.md")
    again = read_bytes(RETURNS.replace("\n", "\r\n").encode(), name="returns.en.md")
    more = read_bytes(RETURNS.replace("## How", "A new paragraph about gift cards, with more than twenty words in it, which was put in"
                                      " between the others on a later day.\n\n## How").encode(), name="returns.en.md")  # fmt: skip
    ids = [clause.id for clause in before.clauses]
    assert [clause.id for clause in again.clauses] == ids
    assert [clause.id for clause in more.clauses if clause.id in ids] == ids
    assert len(more.clauses) == len(ids) + 1
    assert before.version == again.version != more.version


def test_other_words_another_language_or_another_document_give_another_id() -> None:
    text = "An order can be cancelled until it is packed."
    one = read_text(text, id="cancel", locale="en").clauses[0].id
    assert read_text(text, id="cancel", locale="fr").clauses[0].id != one
    assert read_text(text, id="stop", locale="en").clauses[0].id != one
    assert read_text(text.replace("packed", "sent"), id="cancel", locale="en").clauses[0].id != one


def test_html_is_read_as_a_visitor_sees_it() -> None:
    html = """<!doctype html><html lang="fr"><head><title>Retours – Northbay</title><style>p{}</style></head><body><nav>Accueil</nav>
      <main><h1>Retours</h1><p>Les articles <b>non portés</b> peuvent être renvoyés sous 30 jours suivant la livraison, dans leur
      emballage, pour un remboursement complet.</p><script>alert(1)</script><p style="display: none">Caché</p>
      <h2>Exclus</h2><ul><li>Sous-vêtements</li><li>Cosmétiques <i>ouverts</i></li></ul>
      <table><tr><th>Pays</th><th>Délai</th></tr><tr><td>France</td><td>30 jours</td></tr></table></main></body></html>"""
    document = read_bytes(html.encode(), name="retours.html")
    assert (document.id, document.locale, document.title) == ("retours", "fr", "Retours")
    assert texts(document)[0].startswith("Les articles non portés peuvent être renvoyés sous 30 jours")
    assert texts(document)[1] == "Sous-vêtements\nCosmétiques ouverts"
    assert texts(document)[2] == "Pays – Délai\nFrance – 30 jours"
    assert "alert" not in str(document)
    assert "Caché" not in str(document)
    assert "Accueil" not in str(document)


def test_plain_text_takes_its_first_line_as_title() -> None:
    document = read_bytes(
        "Restocking fee\n\nFurniture carries a 15% fee,\ndeducted from the refund.\n".encode("utf-8-sig"), name="fee.en.txt"
    )
    assert (document.title, texts(document)) == ("Restocking fee", ["Furniture carries a 15% fee, deducted from the refund."])


def test_word_files_are_read_with_headings_lists_and_tables() -> None:
    word = docx.Document()
    word.add_heading("Delivery", 1)
    word.add_paragraph("Orders leave our warehouse within one working day, and the carrier takes two to four more to reach you at home.")
    word.add_heading("Not delivered", 2)
    word.add_paragraph("On Sundays", style="List Bullet")
    word.add_paragraph("On public holidays", style="List Bullet")
    table = word.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Express", "1 day"
    file = io.BytesIO()
    word.save(file)
    document = read_bytes(file.getvalue(), name="delivery.en.docx")
    assert [clause.title for clause in document.clauses] == ["Delivery", "Delivery › Not delivered"]
    assert texts(document)[1] == "On Sundays\nOn public holidays\nExpress – 1 day"


def pdf_of(lines: list[str], password: str | None = None) -> bytes:
    """A PDF of one page with these lines, made by hand."""
    shown = "".join(f"({line}) Tj 0 -16 Td " for line in lines)
    stream = f"BT /F1 12 Tf 50 750 Td {shown}ET".encode("latin-1")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for n, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer << /Root 1 0 R /Size 6 >>\nstartxref\n%d\n%%%%EOF" % len(out)
    if password is None:
        return out
    writer = PdfWriter(PdfReader(io.BytesIO(out)))
    writer.encrypt(password, algorithm="AES-256")
    locked = io.BytesIO()
    writer.write(locked)
    return locked.getvalue()


def test_pdf_lines_are_joined_into_paragraphs_under_their_headings() -> None:
    lines = [
        "Cancelling an order",
        "An order can be cancelled in full, free of charge, until it enters",
        "fulfilment, usually within two hours.",
        "Restocking fee",
        "Furniture that is cancelled after packing carries a fee of 15 percent,",
        "deducted from the refund, and nothing else is charged for it.",
    ]
    document = read_bytes(pdf_of(lines), name="terms.en.pdf")
    assert [clause.title.split(" › ")[-1] for clause in document.clauses] == ["Cancelling an order", "Restocking fee"]
    assert texts(document)[0] == "An order can be cancelled in full, free of charge, until it enters fulfilment, usually within two hours."


def test_shopify_policies_become_documents_by_their_type() -> None:
    policies = [
        {"type": "REFUND_POLICY", "title": "Refund policy", "body": "<p>We have a 30-day return policy.</p><p>Contact us to begin.</p>"},
        {"type": "SHIPPING_POLICY", "title": "Shipping policy", "body": "<p> </p>"},
    ]
    documents, troubles = read_shop_policies(policies, locale="en")
    assert [(document.id, document.source, document.title) for document in documents] == [
        ("refund_policy", "REFUND_POLICY", "Refund policy")
    ]
    assert len(troubles) == 1
    assert "SHIPPING_POLICY" in troubles[0]


def test_long_paragraphs_are_cut_between_sentences() -> None:
    sentence = "This sentence about delivery has exactly ten words in it all. "
    document = read_text(sentence * 40, id="long", locale="en")
    assert all(count_words(text) <= LONGEST for text in texts(document))
    assert " ".join(texts(document)).split() == (sentence * 40).split()
    assert all(text.endswith(".") for text in texts(document))


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("empty.md", b"", "empty"),
        ("blank.txt", b"  \n\n ", "empty"),
        ("only-heading.md", b"# Returns\n", "no text"),
        ("tags.html", b"<html><body><script>1</script></body></html>", "no text"),
        ("photo.md", b"\x89PNG\r\n\x1a\n\0\0\0", "not text"),
        ("latin.txt", "Rückgabe binnen 30 Tagen".encode("latin-1"), "UTF-8"),
        ("old.docx", b"\xd0\xcf\x11\xe0" + b"\0" * 99, "old Word file"),
        ("old.doc", b"\xd0\xcf\x11\xe0" + b"\0" * 99, "not read"),
        ("sheet.xlsx", b"PK\x03\x04", "not read"),
        ("broken.docx", b"PK\x03\x04" + b"x" * 99, "Word file"),
        ("broken.pdf", b"%PDF-1.7 nothing more", "broken"),
        ("scan.pdf", pdf_of([]), "pictures"),
        ("locked.pdf", pdf_of(["Returns within 30 days."], "secret"), "password"),
        ("really-a.md", pdf_of(["Returns within 30 days."]), "a PDF under the name .md"),
        ("huge.md", b"x" * (LARGEST + 1), "larger than"),
        ("front.md", b"---\ntitle: [oops\n---\nText here.", "YAML"),
    ],
)
def test_what_cannot_be_read_is_named_with_how_to_mend_it(name: str, data: bytes, says: str) -> None:
    with pytest.raises(UnreadableDocument) as trouble:
        read_bytes(data, name=name)
    message = str(trouble.value)
    assert message.startswith(name)
    assert says in message
    assert message.count(".") >= 2, "one sentence for what is wrong, one for how to mend it"


def test_a_folder_gives_what_can_be_read_and_names_the_rest(tmp_path: Path) -> None:
    (tmp_path / "cancel.en.md").write_text("# Cancelling\n\nCancel within two hours.", "utf-8")
    (tmp_path / "cancel.ja.md").write_text("# キャンセル\n\n2時間以内であればキャンセルできます。", "utf-8")
    (tmp_path / "empty.md").write_text("", "utf-8")
    (tmp_path / "notes.csv").write_text("a,b", "utf-8")
    documents, troubles = read_folder(tmp_path)
    assert [(document.id, document.locale) for document in documents] == [("cancel", "en"), ("cancel", "ja")]
    assert len(troubles) == 1
    with pytest.raises(UnreadableDocument, match="cannot be opened"):
        read_file(tmp_path / "missing.md")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a.md", ("a", None)),
        ("a.fr.md", ("a", "fr")),
        ("a.pt-BR.html", ("a", "pt-BR")),
        ("v1.2.md", ("v1.2", None)),
        ("a.b.ja.txt", ("a.b", "ja")),
    ],
)
def test_the_file_name_carries_id_and_language(name: str, parts: tuple[str, str | None]) -> None:
    assert name_parts(name) == parts


def test_without_any_hint_the_language_is_recognised() -> None:
    text = "Vous pouvez modifier votre commande pendant 60 minutes après le paiement."
    assert read_bytes(text.encode(), name="edit.md").locale == "fr"


@settings(max_examples=60)
@given(st.text(max_size=400))
def test_any_text_is_read_or_named(text: str) -> None:
    try:
        document = read_text(text, id="any", locale="en")
    except UnreadableDocument:
        return
    assert document.clauses
    assert len({clause.id for clause in document.clauses}) == len(document.clauses)
    assert all(clause.text.strip() for clause in document.clauses)


@pytest.mark.data
def test_each_of_the_44_shared_passages_stays_one_clause(shared: Path) -> None:
    for passage in shared_json(shared, "policies/passages.json"):
        for locale, text in passage["text"].items():
            file = f"# {passage['title'][locale]}\n\n{text}\n".encode()
            document = read_bytes(file, name=f"{passage['id']}.{locale}.md")
            assert texts(document) == [text]
            assert read_bytes(file, name=f"{passage['id']}.md").locale == locale, "recognised from its words alone"
