"""Sending mail: to servers that want TLS or a login, lack them, refuse, dawdle, and repeat what they should not."""

import asyncio
import base64
import logging
import re
import socket
import ssl
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import trustme
import uvloop
from mailboxes import HOST, SILENCE, Mailbox, Tls, receiving_mail

from application.mail import Mail, MailNotSent, invitation_mail, sign_in_mail
from infrastructure.mail import SmtpMailer

SENDER = "Däybook <daybook@example.org>"
TO = "ada@example.org"
CODE = "482913"
MAIL = sign_in_mail(TO, CODE, 10)
LOGIN = ("däybook@example.org", "p:/ @%ü")
HEADERS = [
    "Date",
    "Message-ID",
    "From",
    "To",
    "Subject",
    "Auto-Submitted",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
]

Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """What an operator with an authority of their own would set."""
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return authority


@pytest.fixture(params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """The service runs on uvloop where there is one; the two have TLS of their own each."""

    async def and_hang_up(coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        finally:
            # A connection under TLS takes a moment to close, which a service has and this loop has not.
            await asyncio.sleep(0.05)

    def in_a_thread(coroutine: Coroutine[Any, Any, None]) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(request.param, and_hang_up(coroutine)).result()

    return in_a_thread


def certificate(authority: trustme.CA, host: str = HOST) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host).configure_cert(context)
    return context


def quick(url: str, **options: Any) -> SmtpMailer:
    return SmtpMailer(url, SENDER, **{"pauses_s": (0.01, 0.02), **options})


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_mail_goes_under_tls_after_a_login(trusted: trustme.CA, run: Run, tls: Tls) -> None:
    with receiving_mail(tls=tls, certificate=certificate(trusted), login=LOGIN) as mailbox:
        run(quick(mailbox.url)(MAIL))
        assert mailbox.wait_for(TO) == MAIL.text
    [mail] = mailbox.mails
    assert (mail.tls, mail.user, mail.sender) == (True, LOGIN[0], "daybook@example.org")


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_context_of_ones_own_is_trusted_in_place_of_the_system(authority: trustme.CA, run: Run, tls: Tls) -> None:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with receiving_mail(tls=tls, certificate=certificate(authority)) as mailbox:
        run(quick(mailbox.url, tls=context)(MAIL))
    assert mailbox.mails[0].tls


@pytest.mark.parametrize("tls", ["tls", "starttls"])
@pytest.mark.parametrize("wrong", ["authority", "host"])
def test_a_certificate_of_a_stranger_or_for_another_host_gets_neither_login_nor_mail(
    trusted: trustme.CA, run: Run, tls: Tls, wrong: str
) -> None:
    context = certificate(trustme.CA()) if wrong == "authority" else certificate(trusted, "other.example")
    with (
        receiving_mail(tls=tls, certificate=context, login=LOGIN) as mailbox,
        pytest.raises(MailNotSent, match="certificate"),
    ):
        run(quick(mailbox.url)(MAIL))
    assert mailbox.heard == (b"" if tls == "tls" else b"EHLO example.org\r\nSTARTTLS\r\n")


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_server_without_the_tls_that_was_asked_for_hears_no_password(run: Run, tls: Tls) -> None:
    with receiving_mail(tls="off", login=LOGIN) as mailbox, pytest.raises(MailNotSent, match="TLS"):
        run(quick(mailbox.url_as(LOGIN, tls))(MAIL))
    assert b"AUTH" not in mailbox.heard
    assert mailbox.connections == 1, "nothing is gained by asking again"
    if tls == "starttls":
        assert mailbox.heard == b"EHLO example.org\r\n"


async def test_a_wrong_login_is_final() -> None:
    with receiving_mail(login=LOGIN) as mailbox, pytest.raises(MailNotSent, match=r"refused the login \(535 5\.7\.8\)"):
        await quick(mailbox.url_as(("ada", "wrong"), "off"))(MAIL)
    assert mailbox.connections == 1


async def test_a_login_that_the_server_wants_and_was_not_given_is_told() -> None:
    with receiving_mail(login=LOGIN) as mailbox, pytest.raises(MailNotSent, match=r"refused the sender \(530 5\.7\.0\)"):
        await quick(mailbox.url_as(None, "off"))(MAIL)


async def test_a_mail_is_complete_and_reads_as_it_was_written() -> None:
    sent = invitation_mail(TO, "Überprüfung: 研究ノート, l'été & 😀 — " + "x" * 60, "editor", "Zoë “Z” Ångström")
    with receiving_mail() as mailbox:
        await quick(mailbox.url)(sent)
    [mail] = mailbox.mails
    assert (mail.to, mail.subject, mail.text) == (sent.to, sent.subject, sent.text)
    message = mail.message
    assert message.keys() == HEADERS
    assert (message["From"], message["To"], message["Auto-Submitted"]) == (SENDER, TO, "auto-generated")
    assert abs(message["Date"].datetime.timestamp() - time.time()) < 60
    assert re.fullmatch(r"<[^@<>\s]+@example\.org>", message["Message-ID"])
    assert message.get_content_charset() == "utf-8"
    assert mail.raw.isascii()
    assert all(len(line) <= 78 for line in mail.raw.split(b"\r\n"))


async def test_a_sign_in_code_can_be_read_in_the_raw_mail() -> None:
    with receiving_mail() as mailbox:
        await quick(mailbox.url)(MAIL)
    assert f"\r\n    {CODE}\r\n".encode() in mailbox.mails[0].raw
    assert CODE not in mailbox.mails[0].subject


@pytest.mark.parametrize(
    "name",
    [
        "x\r\nBcc: evil@b.example",
        "x\nBcc: evil@b.example\n\nBuy!",
        "=?utf-8?q?x=0D=0ABcc:_evil@b.example=0D=0A=0D=0ABuy!?=",
        "é =?utf-8?b?eApCY2M6IGV2aWxAYi5leGFtcGxl?=",
        "x\u2028Bcc: evil@b.example",
        "\r\n.\r\nMAIL FROM:<evil@b.example>",
    ],
)
async def test_a_name_cannot_become_a_header_a_recipient_or_a_command(name: str) -> None:
    sent = invitation_mail(TO, name, name, name)
    with receiving_mail() as mailbox:
        await quick(mailbox.url)(sent)
    [mail] = mailbox.mails
    head = mail.raw.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert [line.split(":")[0] for line in head if not line.startswith(" ")] == HEADERS
    assert (mail.to, mail.subject, mail.text) == (TO, sent.subject, sent.text)


async def test_an_address_with_a_line_break_never_reaches_the_server() -> None:
    with receiving_mail() as mailbox, pytest.raises(MailNotSent, match="address"):
        await quick(mailbox.url)(Mail(f"{TO}\r\nRCPT TO:<evil@b.example>", "Subject", "Text\n"))
    assert mailbox.connections == 0


async def test_lines_that_begin_with_a_dot_arrive_as_they_are() -> None:
    text = ".\n..\n.x\n\n.\nénd\n"
    with receiving_mail() as mailbox:
        await quick(mailbox.url)(Mail(TO, "Dots", text))
        assert mailbox.wait_for(TO) == text
    assert mailbox.mails[0].raw.isascii(), "a server on the way that knows ASCII alone would have to alter the mail"


async def test_a_name_beyond_ascii_before_the_at_needs_a_server_that_knows_of_it() -> None:
    with receiving_mail(smtputf8=True) as mailbox:
        await quick(mailbox.url)(sign_in_mail("jörg@bücher.example", CODE, 10))
    assert mailbox.mails[0].to == "jörg@xn--bcher-kva.example"
    assert b"SMTPUTF8" in mailbox.heard
    with receiving_mail(smtputf8=False) as mailbox, pytest.raises(MailNotSent, match="SMTPUTF8"):
        await quick(mailbox.url)(sign_in_mail("jörg@bücher.example", CODE, 10))
    assert b"MAIL" not in mailbox.heard


async def test_a_domain_beyond_ascii_needs_nothing_of_the_server() -> None:
    with receiving_mail(smtputf8=False) as mailbox:
        await quick(mailbox.url)(sign_in_mail("ada@straße.example", CODE, 10))
    assert mailbox.mails[0].to == "ada@xn--strae-oqa.example"


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_a_server_that_says_later_is_asked_again(command: str) -> None:
    with receiving_mail() as mailbox:
        mailbox.answers[command].extend(["451 4.3.0 later", "421 4.3.2 going down"])
        await quick(mailbox.url)(MAIL)
    assert mailbox.connections == 3
    assert len(mailbox.mails) == 1


async def test_a_server_that_always_says_later_is_asked_three_times() -> None:
    with receiving_mail() as mailbox:
        mailbox.answers["DATA"].extend(["451 4.3.0 later"] * 4)
        with pytest.raises(MailNotSent, match=r"refused the mail \(451 4\.3\.0\)"):
            await quick(mailbox.url)(MAIL)
    assert mailbox.connections == 3
    ids = set(re.findall(rb"Message-ID: (\S+)", mailbox.heard))
    assert len(ids) == 1, "a mail that was taken after all and comes twice has to be known as one"


@pytest.mark.parametrize(("command", "what"), [("MAIL", "sender"), ("RCPT", "recipient"), ("DATA", "mail")])
async def test_a_refusal_for_good_is_final(command: str, what: str) -> None:
    with receiving_mail() as mailbox:
        mailbox.answers[command].append("550 5.1.1 never")
        with pytest.raises(MailNotSent, match=rf"refused the {what} \(550 5\.1\.1\)\."):
            await quick(mailbox.url)(MAIL)
    assert mailbox.connections == 1


async def test_a_server_that_is_not_there_is_looked_for_again() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        began = time.monotonic()
        with pytest.raises(MailNotSent, match="cannot be reached"):
            await quick(f"smtp://{HOST}:{taken.getsockname()[1]}?tls=off", pauses_s=(0.1, 0.2))(MAIL)
    assert time.monotonic() - began >= 0.3


async def test_a_server_that_never_greets_is_left_after_a_step() -> None:
    with socket.create_server((HOST, 0)) as mute:
        url = f"smtp://{HOST}:{mute.getsockname()[1]}?tls=off"
        with pytest.raises(MailNotSent, match="did not answer in time"):
            await quick(url, step_s=0.1)(MAIL)


async def test_a_server_that_takes_the_mail_and_says_nothing_more_is_left_when_the_time_is_over() -> None:
    with receiving_mail() as mailbox:
        mailbox.answers["DATA"].extend([SILENCE] * 3)
        began = time.monotonic()
        with pytest.raises(MailNotSent, match=r"within 0\.3 seconds"):
            await quick(mailbox.url, total_s=0.3)(MAIL)
        assert time.monotonic() - began < 8
        mailbox.answers["DATA"].clear()
        mailbox.answers["DATA"].append(SILENCE)
        await quick(mailbox.url, step_s=0.5)(MAIL)
        assert mailbox.wait_for(TO) == MAIL.text


async def test_what_happens_after_the_mail_was_taken_does_not_undo_it() -> None:
    class Rude(Mailbox):
        async def handle_QUIT(self, server: Any, *_: Any) -> str:  # noqa: N802 - the library's name
            server.transport.abort()
            return "451 no"

    mailbox = Rude().start()
    try:
        await quick(mailbox.url)(MAIL)
        assert mailbox.wait_for(TO) == MAIL.text
        assert mailbox.connections == 1
    finally:
        mailbox.stop()


async def test_what_a_server_repeats_gets_into_no_log_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "infrastructure")
    plain = base64.b64encode(b"\0ada\0hunter2").decode()
    with receiving_mail(login=("ada", "hunter2")) as mailbox:
        mailbox.answers["AUTH"].extend([f"535 5.7.8 ada:hunter2 {plain} is not known"] * 2)
        mailbox.answers["DATA"].extend([f"451 4.7.1 looks like spam: {CODE}", f"554 5.7.1 is spam: {CODE}"])
        for _ in range(2):
            with pytest.raises(MailNotSent) as refused:
                await quick(mailbox.url)(MAIL)
            assert refused.value.__cause__ is None
            assert refused.value.__context__ is None
            assert not re.search(rf"hunter2|{CODE}|{plain}", f"{refused.value} {refused.value.facts}")
    said = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("infrastructure"))
    assert "refused the login (535 5.7.8)" in said
    assert "refused the mail (554 5.7.1)" in said
    assert not re.search(rf"hunter2|{CODE}|{plain}|{TO}", said)


def test_a_mailbox_gives_each_mail_once_and_in_order(run: Run) -> None:
    async def send(url: str) -> None:
        for code in ("1", "2"):
            await quick(url)(sign_in_mail(TO, code, 10))
            await quick(url)(sign_in_mail("bob@example.org", code, 10))

    with receiving_mail() as mailbox:
        run(send(mailbox.url))
        assert [re.findall(r"\d", mailbox.wait_for(TO))[0] for _ in range(2)] == ["1", "2"]
        with pytest.raises(AssertionError, match="no mail"):
            mailbox.wait_for(TO, within_s=0.05)
