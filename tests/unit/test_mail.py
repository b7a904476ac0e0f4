"""The words of our mails, the settings for sending them, and the ways to send none."""

import email
import io
import stat
from email.policy import default
from pathlib import Path

import pytest
from conftest import run_apart
from rich.console import Console

from application.mail import Mail, MailNotSent, invitation_mail, sign_in_mail
from domain.workspaces import NAME_CHARACTERS_MAX
from infrastructure.mail import (
    OUTBOX_MAILS_MAX,
    MailSettingsInvalid,
    OutboxMailer,
    SmtpMailer,
    SmtpTarget,
    parse_smtp_url,
)

TO = "ada@example.org"
MAIL = sign_in_mail(TO, "482913", 10)


def test_a_sign_in_mail_says_the_code_how_long_it_holds_and_who_may_ignore_it() -> None:
    assert MAIL.to == TO
    assert MAIL.subject == "Your Daybook sign-in code"
    assert "\n    482913\n" in MAIL.text
    for words in ("10 minutes", "used once", "If you did not ask for it, you can ignore this mail"):
        assert words in MAIL.text
    assert "1 minute and" in sign_in_mail(TO, "482913", 1).text


def test_a_mail_that_is_printed_shows_no_code() -> None:
    assert "482913" not in f"{MAIL!r} {MAIL}"


def test_an_invitation_says_who_invites_to_what_and_as_what() -> None:
    mail = invitation_mail(TO, "Notizen für Ada", "editor", "Zoë")
    assert mail.subject == 'Invitation to "Notizen für Ada" on Daybook'
    assert '"Zoë" invited you to the workspace "Notizen für Ada" on Daybook, as editor.' in mail.text


@pytest.mark.parametrize("name", ["a\r\nBcc: b@evil.example", "a\u2028b", "a\x85b", "a\0b", "a\x1b[2Jb", "a\u202eb", "a\ud800b"])
def test_names_in_an_invitation_stay_on_one_printable_line(name: str) -> None:
    plain = invitation_mail(TO, "a b", "editor", "a b")
    mail = invitation_mail(TO, name, name, name)
    assert mail.subject.isprintable()
    assert mail.text.count("\n") == plain.text.count("\n")
    assert mail.text.replace("\n", "").isprintable()


def test_names_in_an_invitation_are_cut_and_never_empty() -> None:
    whole, longer = "x" * NAME_CHARACTERS_MAX, "x" * (NAME_CHARACTERS_MAX + 1)
    assert whole in invitation_mail(TO, whole, "editor", "Zoë").subject
    assert f'"{longer[: NAME_CHARACTERS_MAX - 1]}…"' in invitation_mail(TO, longer, "editor", "Zoë").subject
    assert '"(no name)"' in invitation_mail(TO, "\u200b\n", "editor", "Zoë").subject


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("smtps://ada:secret@mail.example.org:465", SmtpTarget("mail.example.org", 465, "tls", "ada", "secret")),
        ("smtps://mail.example.org", SmtpTarget("mail.example.org", 465, "tls")),
        ("smtp://ada:secret@mail.example.org:2525/", SmtpTarget("mail.example.org", 2525, "starttls", "ada", "secret")),
        ("smtp://mail.example.org", SmtpTarget("mail.example.org", 587, "starttls")),
        ("smtp://relay?tls=off", SmtpTarget("relay", 25, "off")),
        ("smtp://ada:secret@localhost:1025?tls=off", SmtpTarget("localhost", 1025, "off", "ada", "secret")),
        ("smtp://ada:secret@[::1]:1025?tls=off", SmtpTarget("::1", 1025, "off", "ada", "secret")),
        ("smtps://ada%40x:p%3A%2F%3F%23%40%25%C3%BC@h", SmtpTarget("h", 465, "tls", "ada@x", "p:/?#@%ü")),
        ("smtps://ada@h", SmtpTarget("h", 465, "tls", "ada", "")),
    ],
)
def test_an_smtp_url_says_how_to_connect(url: str, target: SmtpTarget) -> None:
    assert parse_smtp_url(url) == target


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.org:25",
        "https://ada:hunter2@h",
        "smtp://ada:hunter2@",
        "smtp://ada:hunter2@h:0",
        "smtp://ada:hunter2@h:65536",
        "smtp://ada:hunter2@h:smtp",
        "smtp://ada:hunter2@[::1",
        "smtp://ada:hunter2@h/path",
        "smtp://ada:hunter2/x@h",
        "smtp://ada:25/hunter2@h",
        "smtp://ada:25?hunter2@h",
        "smtp://ada:25#hunter2@h",
        "smtp://ada:hunter2\uff0f@h",
        "smtp://ada:hunter2%FF@h",
        "smtp://ada:hunter2 @h",
        "smtp://ada:hunter2@h\n",
        "smtp://:hunter2@h",
        "smtp://ada:hunter2@h?tls=of",
        "smtps://ada:hunter2@h?tls=off",
        "smtp://ada:hunter2@h?tls=off",
        "smtp://ada:hunter2@127.evil.example?tls=off",
    ],
)
def test_a_wrong_smtp_url_is_told_what_a_right_one_is_and_never_repeated(url: str) -> None:
    with pytest.raises(MailSettingsInvalid, match="tls=off") as refused:
        parse_smtp_url(url)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_a_target_that_is_printed_shows_no_password() -> None:
    target = parse_smtp_url("smtps://ada:hunter2@h")
    console = Console(file=io.StringIO())
    console.print(target)
    printed = f"{target!r} {target} {console.file.getvalue()}"
    assert "hunter2" not in printed
    assert "ada" in printed


@pytest.mark.parametrize(
    "sender",
    ["", "daybook", "a@b, c@d", "a@b\n", "A\nB <a@b>", "=?utf-8?q?=0A?= <a@b>", "a b@c", "a@[127.0.0.1]"],
)
def test_a_sender_is_one_address_with_a_name_or_without(sender: str) -> None:
    with pytest.raises(MailSettingsInvalid, match=r"daybook@example\.org"):
        SmtpMailer("smtp://h?tls=off", sender)
    for right in ("daybook@localhost", "Daybook <daybook@example.org>", '"Daybook, at work" <a@bücher.example>'):
        SmtpMailer("smtp://h?tls=off", right)


def test_without_a_server_mail_is_shown_whole_and_kept_where_nobody_else_reads_it(tmp_path: Path) -> None:
    said: list[str] = []
    folder = tmp_path / "data" / "mail"
    run_apart(OutboxMailer(folder, said.append)(MAIL))
    run_apart(OutboxMailer(folder, said.append)(invitation_mail("jörg@bücher.example", "Bücher", "editor", "Zoë")))
    first, second = sorted(folder.iterdir())
    assert [path.suffix for path in (first, second)] == [".eml", ".eml"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (first, folder)] == [0o600, 0o700]

    kept = email.message_from_bytes(first.read_bytes(), policy=default)
    assert (kept["To"], kept["Subject"], kept["Auto-Submitted"]) == (TO, MAIL.subject, "auto-generated")
    assert kept.get_content().replace("\r\n", "\n") == MAIL.text
    assert b"482913" in first.read_bytes(), "the file has to be of use to whoever opens it"
    assert "To: jörg@xn--bcher-kva.example\r\n".encode() in second.read_bytes()

    lines = said[0].splitlines()
    assert lines[0] == lines[-1] == "=" * 72
    assert MAIL.text in said[0]
    assert str(first) in said[0]


def test_the_outbox_keeps_the_newest(tmp_path: Path) -> None:
    for number in range(OUTBOX_MAILS_MAX + 3):
        (tmp_path / f"20200101T000000.{number:06}Z-00000000.eml").touch()
    (tmp_path / "mine.eml").touch()
    run_apart(OutboxMailer(tmp_path, lambda _: None)(MAIL))
    kept = sorted(path.name for path in tmp_path.glob("2*.eml"))
    assert len(kept) == OUTBOX_MAILS_MAX
    assert kept[0] == "20200101T000000.000004Z-00000000.eml"
    assert (tmp_path / "mine.eml").exists()


def test_a_console_that_has_gone_away_loses_no_mail(tmp_path: Path) -> None:
    def broken(_: str) -> None:
        raise BrokenPipeError

    run_apart(OutboxMailer(tmp_path, broken)(MAIL))
    assert len(list(tmp_path.iterdir())) == 1


def test_an_outbox_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MailNotSent, match="outbox"):
        run_apart(OutboxMailer(tmp_path / "file", print)(MAIL))


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "a b@example.org",
        "ada@example.org\r\nBcc: b@evil.example",
        "ada@example.org\n",
        "a\nda@example.org",
        "a@b@example.org",
        "Ada <ada@example.org>",
        "ada@example.org,b@evil.example",
        "ada@example.org> SIZE=1",
        '"a b"@example.org',
        "ada@[127.0.0.1]",
        "ada@exa_mple.org",
        "ada@\u2024example.org",
        "ada@-example.org",
        "ada..b@example.org",
        "=?utf-8?q?a=0ABcc=3A_evil?=@example.org",
        "x" * 65 + "@example.org",
        "\ud800@example.org",
    ],
)
def test_an_address_that_could_pose_as_something_else_gets_no_mail(tmp_path: Path, to: str) -> None:
    with pytest.raises(MailNotSent, match="address"):
        run_apart(OutboxMailer(tmp_path, print)(Mail(to, "Subject", "Text\n")))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("subject", ["a\nBcc: b@evil.example", "a\n", "a\u2028b", "a\0"])
def test_a_subject_that_is_not_one_line_is_refused(tmp_path: Path, subject: str) -> None:
    with pytest.raises(MailNotSent, match="subject"):
        run_apart(OutboxMailer(tmp_path, print)(Mail(TO, subject, "Text\n")))
