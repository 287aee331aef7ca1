"""Commenting and adding files in a browser, by keyboard alone."""

import re

from playwright.sync_api import Page, expect

from tests.attachments import documents
from tests.browser.conftest import sign_in
from tests.browser.words import Words

PROPOSAL = {
    "fi": "Koulukuljetusten ajantasaiset ilmoitukset huoltajille",
    "sv": "Vårdnadshavarna får aktuella meddelanden om skolskjutsarna",
}
DRAFT = "Uudistetaan omatoimikirjaston ovijärjestelmä"
PAYLOAD = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def open_measure(page: Page, words: Words, name: str) -> None:
    """Go to the page of a proposal, found in the list by its name."""
    page.goto(f"/proposals?lang={words.language}")
    link = page.locator("main a", has_text=name)
    page.goto(link.first.get_attribute("href"))


def test_a_comment_by_keyboard(page: Page, words: Words) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    sign_in(page, "member", words)
    open_measure(page, words, PROPOSAL[words.language])
    field = page.get_by_label(words("Your comment"))
    field.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    summary = page.locator("#comments .error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text(words("Write your comment."))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    page.keyboard.type(PAYLOAD)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#comment-added")).to_be_focused()
    newest = page.locator(".remarks > li").first
    expect(newest).to_contain_text(PAYLOAD)
    expect(newest.locator(".badge")).to_have_text(words("steering group only"))
    expect(field).to_have_value("")
    # Taking it back: the link, the question, the button.
    newest.get_by_role("link").focus()
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name=words("Remove the comment"))
    expect(button).to_be_visible()
    button.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/measures/\d+#comments$"))
    expect(newest).to_contain_text(words("The comment was removed."))
    expect(page.locator("main")).not_to_contain_text("alert(1)")
    assert dialogs == []


def test_files_by_keyboard_and_what_is_wrong_with_them(page: Page, words: Words) -> None:
    # Playwright takes the dialogue of files over from its first listener on, and waits for nothing
    # before the next key is pressed: what is too late leaves the dialogue to the browser.
    page.on("filechooser", lambda _: None)
    sign_in(page, "proposer", words)
    open_measure(page, words, DRAFT)
    page.get_by_role("link", name=words("Add files")).or_(page.locator("#files p a")).first.click()
    name = f"Åäö suunnitelma {words.language}.pdf"
    sent = [
        {"name": name, "mimeType": "text/html", "buffer": documents.pdf(words.language)},
        {"name": "sivu.pdf", "mimeType": "application/pdf", "buffer": b"<script>alert(1)</script>"},
    ]
    page.get_by_label(words("Files"), exact=True).focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(sent)
    button = page.get_by_role("button", name=words("Add"), exact=True)
    button.focus()
    page.keyboard.press("Enter")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    fault = words("Files of this kind cannot be added. Add a PDF, docx, xlsx, png or jpg file.")
    expect(summary).to_contain_text(f"sivu.pdf: {fault}")
    link = page.locator(".files").get_by_role("link", name=name, exact=True)
    with page.expect_download() as download:
        link.focus()
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == name
    assert download.value.path().read_bytes() == sent[0]["buffer"]
