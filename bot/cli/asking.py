"""The commands that ask the operations: the same words as after /report."""

from datetime import date

import click

from bot import errors
from bot.cli import plain, reach, text
from bot.operations import answers, grammar
from bot.operations.grammar import Request, Verb

_WORDS = click.argument("words", nargs=-1)


def _say(answer: answers.Answer) -> None:
    click.echo(text.of(answer))


@click.command()
@click.argument("client", required=False)
def status(client: str | None) -> None:
    """How the clients stand, or one of them."""
    _say(reach.typed(f"status {client or ''}"))


@click.command()
@click.argument("client", required=False)
def schedule(client: str | None) -> None:
    """What runs next, and when, with the slots."""
    _say(reach.typed(f"schedule {client or ''}"))


@click.command()
@click.argument("client", required=False)
def history(client: str | None) -> None:
    """The last runs of a client, or of all."""
    for name in [client] if client else _all():
        _say(reach.typed(f"history {name}"))


@click.command()
@click.argument("client", required=False)
@click.option("--month", help="Such as 2026-11; without it, the running month.")
@click.option("--csv", "as_csv", is_flag=True, help="Every line of cost, as CSV.")
def cost(client: str | None, month: str | None, *, as_csv: bool) -> None:
    """What a month cost, and will cost at its end."""
    first = _month(month)
    names = (client,) if client else ()
    request = Request(verb=Verb.COST, names=names, month=first)
    verb = answers.Verb.SHEET if as_csv else answers.Verb.ASK
    answer = reach.ask(answers.Question(verb=verb, request=request))
    if as_csv and isinstance(answer, answers.Done):
        click.echo(answer.text, nl=False)
    else:
        _say(answer)


@click.command(context_settings={"ignore_unknown_options": True})
@_WORDS
def rerun(words: tuple[str, ...]) -> None:
    """Run again: CLIENT [REPORT] [PERIOD], or `failed`."""
    _say(reach.typed(f"rerun {' '.join(words)}"))


@click.command(context_settings={"ignore_unknown_options": True})
@_WORDS
def pause(words: tuple[str, ...]) -> None:
    """CLIENT [until DATE | for 3d] [reason]: nothing fires until then."""
    _say(reach.typed(f"pause {' '.join(words)}"))


@click.command()
@click.argument("client")
def resume(client: str) -> None:
    """End a pause: what was held is posted if it is still the last period."""
    _say(reach.typed(f"resume {client}"))


def _all() -> list[str]:
    answer = reach.typed("list")
    lines = answer.overview.lines if isinstance(answer, answers.Listing) else ()
    if not lines:
        raise errors.UsageError(plain("There are no clients yet: `reportops client new` makes one"))
    return [line.client for line in lines]


def _month(typed: str | None) -> date | None:
    return grammar.parse_month(typed) if typed else None
