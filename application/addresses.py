"""E-mail addresses in their normal form, by which a person is known."""

from email_validator import EmailNotValidError, validate_email

from domain.errors import InvalidValue


def normal_address(text: str, parameter: str = "email") -> str:
    """Lower case, composed letters, the domain as it is written in its own script. Nothing is asked of the network.
    Raises `InvalidValue`.
    """
    try:
        # acme.test and the like are for trying things out, which is what a service on somebody's own machine is for.
        found = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise InvalidValue(f"{parameter} is an e-mail address such as ana@acme.io. {error}", parameter=parameter) from None
    # Of the part before the @ alone: folding a domain further could make another of it.
    return f"{found.local_part.lower()}@{found.domain}"
