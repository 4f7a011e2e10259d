"""The narrative: a model writes sentences of references, code checks them, the template stands by.

Whatever the model does, there is a narrative: what it cannot or may not say, the template says,
and the report tells why. The only importer of anthropic.
"""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import ValidationError

from bot import wire
from bot.domain import money, report, spec
from bot.kinds import models
from bot.rendering import checks, formats, languages, references, template
from bot.worker import answers, prompt

if TYPE_CHECKING:
    import anthropic
    from anthropic.types import MessageParam

_ADDRESS = "https://api.anthropic.com"
_TRIES = 2
_FIRST_SHARE = 0.6
"""How much of the time the first try may take, so that a second one can follow."""
_PAUSE_SECONDS, _PAUSE_MAX_SECONDS = 0.5, 5.0
_SHOWN_MAX = 1800
"""Characters of the whole narrative once it is filled in."""
_CUT = "Your answer was cut off. Write fewer and shorter sentences."


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The narrative, who wrote it, and what it cost."""

    sentences: tuple[report.Sentence, ...]
    author: report.Author
    author_note: str = ""
    """Why the template wrote although a model was asked, in a few plain words; else empty."""
    findings: tuple[report.Finding, ...] = ()
    usage: tuple[money.Usage, ...] = ()


def write(
    facts: report.Report,
    *,
    spec: spec.NarrativeSpec,
    access: wire.ModelAccess | None,
    note: str = "",
) -> Written:
    """Return the narrative of a report's figures. Never raises for what a model does.

    Without a model in the spec nothing is sent anywhere. ``note`` says why there is no access
    where a model was wanted (over budget, asked to leave it out).
    """
    to = formats.for_report(facts)
    if spec.model is None:
        return _by_template(facts, to)
    if access is None:
        return _by_template(facts, to, note=note or "no key for the AI service is set")
    if models.check(spec.model):
        return _by_template(facts, to, note="the price of its model is not known")
    with _talk(spec.model, access) as talk:
        talk.say(prompt.facts(facts, to, instructions=spec.instructions))
        found = _asked(talk, facts, to=to)
    usage = tuple(talk.usage)
    if isinstance(found, _Failed):
        return _by_template(facts, to, note=found.note, detail=found.detail, usage=usage)
    return Written(sentences=found, author=report.Author.AI, findings=_language(facts), usage=usage)


def _by_template(
    facts: report.Report,
    to: formats.Formats,
    *,
    note: str = "",
    detail: str = "",
    usage: tuple[money.Usage, ...] = (),
) -> Written:
    findings = _language(facts)
    if detail:
        findings += (_finding("narrative_failed", detail),)
    return Written(
        sentences=template.write(facts, to),
        author=report.Author.TEMPLATE,
        author_note=note,
        findings=findings,
        usage=usage,
    )


def _language(facts: report.Report) -> tuple[report.Finding, ...]:
    if languages.known(facts.language):
        return ()
    told = f"There are no words for the language “{facts.language[:20]}” yet; English was used."
    return (_finding("language_unknown", told),)


def _finding(code: str, told: str) -> report.Finding:
    return report.Finding(
        code=code, severity=report.Severity.NOTE, subject="narrative", text=told[:300]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failed:
    """Why there are no sentences. Never holds a key or the service's own words."""

    note: str
    """For readers."""
    detail: str
    """For the record."""
    again: bool = True
    """Whether one more try can help."""
    pause: float = 0.0
    say: str = ""
    """What to tell the model before it."""


def _asked(
    talk: "_Talk", facts: report.Report, *, to: formats.Formats
) -> tuple[report.Sentence, ...] | _Failed:
    failed = _Failed(note="the AI service was not asked", detail="no try was made")
    for left in reversed(range(_TRIES)):
        answer = talk.ask(last=not left)
        if not isinstance(answer, _Failed):
            problems = _problems(answer, facts, to=to)
            if not problems:
                return tuple(report.Sentence(text=sentence) for sentence in answer)
            failed = _refused(problems)
        else:
            failed = answer
        if not failed.again:
            break
        if left and failed.say:
            talk.say(failed.say)
        if left and failed.pause:
            time.sleep(min(failed.pause, _PAUSE_MAX_SECONDS))
    return failed


Problems = tuple[tuple[str, tuple[checks.Problem, ...]], ...]


def _problems(sentences: tuple[str, ...], facts: report.Report, *, to: formats.Formats) -> Problems:
    found = [(sentence, references.check(sentence, facts)) for sentence in sentences]
    refused = [(sentence, problems) for sentence, problems in found if problems]
    shown = sum(len(references.render(sentence, facts, to=to)) for sentence in sentences)
    if len(sentences) > prompt.SENTENCES_MAX or shown > _SHOWN_MAX:
        too_long = checks.Problem(
            fault=checks.Fault.LENGTH,
            detail=f"at most {prompt.SENTENCES_MAX} sentences, together under {_SHOWN_MAX} letters",
        )
        refused.append(("(all together)", (too_long,)))
    return tuple(refused)


def _refused(problems: Problems) -> _Failed:
    faults = dict.fromkeys(one.fault.value for _, found in problems for one in found)
    return _Failed(
        note="its sentences did not pass the checks",
        detail=f"The model’s sentences were refused: {', '.join(faults)}.",
        say=prompt.again(problems),
    )


@dataclass(slots=True, kw_only=True)
class _Talk:
    """One conversation with the model: what was said, what is left of the time, what it cost."""

    client: "anthropic.Anthropic"
    model: str
    access: wire.ModelAccess
    until: float
    """On the monotonic clock."""
    messages: "list[MessageParam]" = field(default_factory=list["MessageParam"])
    usage: list[money.Usage] = field(default_factory=list[money.Usage])
    thinks: bool = False
    """The model cannot be told not to think."""

    def say(self, told: str) -> None:
        """Add to what the model is told."""
        self.messages.append({"role": "user", "content": told})

    def ask(self, *, last: bool) -> tuple[str, ...] | _Failed:
        """Return the model's sentences, not yet checked."""
        import anthropic  # noqa: PLC0415 - over a second that a report without a model need not pay

        try:
            body = self._post(last=last)
        except anthropic.BadRequestError as error:
            if self.thinks or "thinking" not in error.message:
                return _status(error)
            self.thinks = True
            return self.ask(last=last)
        except anthropic.APIStatusError as error:
            return _status(error)
        except anthropic.APITimeoutError:
            return _Failed(note="the AI service did not answer in time", detail="timeout")
        except anthropic.AnthropicError as error:
            return _Failed(
                note="the AI service could not be reached",
                detail=type(error).__name__,
                pause=_PAUSE_SECONDS,
            )
        return self._read(body)

    def _post(self, *, last: bool) -> bytes:
        left = max(0.01, self.until - time.monotonic())
        room = self.access.most_tokens if self.thinks else self.access.max_output_tokens
        raw = self.client.messages.with_raw_response.create(
            model=self.model,
            max_tokens=room,
            system=[
                {
                    "type": "text",
                    "text": prompt.RULES,
                    # All clients' reports share the rules and fall due in slots of ten minutes:
                    # kept for an hour they cost twice once and a tenth from then on.
                    "cache_control": {"type": "ephemeral", "ttl": "1h"},
                }
            ],
            messages=self.messages,
            output_config={"format": {"type": "json_schema", "schema": prompt.SCHEMA}},
            thinking={"type": "adaptive"} if self.thinks else {"type": "disabled"},
            timeout=left if last else left * _FIRST_SHARE,
        )
        return raw.http_response.content

    def _read(self, body: bytes) -> tuple[str, ...] | _Failed:
        try:
            answer = answers.Answer.model_validate_json(body)
        except ValidationError:
            return _Failed(note="the AI service gave no usable answer", detail="unreadable answer")
        self.usage.append(answer.usage.priced(self.model))
        text = "".join(block.text for block in answer.content if block.type == "text")
        if answer.stop_reason == "refusal":
            return _Failed(note="the AI declined to write", detail="refusal")
        if answer.stop_reason == "max_tokens":
            return _Failed(note="the AI’s answer was cut off", detail="max_tokens", say=_CUT)
        try:
            sentences = answers.Sentences.model_validate_json(text).sentences
        except ValidationError:
            return _Failed(note="the AI service gave no usable answer", detail="malformed answer")
        said = tuple(sentence.strip() for sentence in sentences if sentence.strip())
        if not said:
            return _Failed(note="the AI service gave no usable answer", detail="empty answer")
        self.messages.append({"role": "assistant", "content": text})
        return said


@contextmanager
def _talk(model: str, access: wire.ModelAccess) -> Generator[_Talk]:
    import anthropic  # noqa: PLC0415 - as above

    with anthropic.Anthropic(
        api_key=access.key, base_url=access.base_url or _ADDRESS, max_retries=0
    ) as client:
        until = time.monotonic() + access.timeout_seconds
        yield _Talk(client=client, model=model, access=access, until=until)


_STATUS = {
    400: ("the AI service did not take the request", False),
    401: ("the AI service refused our key", False),
    402: ("its budget for AI is used up", False),
    403: ("the AI service refused our key", False),
    404: ("the AI service does not know the model", False),
    413: ("the AI service did not take the request", False),
    429: ("the AI service is over its limit for us", True),
    502: ("the AI service could not be reached", True),
    504: ("the AI service did not answer in time", True),
}
"""HTTP status → what readers are told, and whether one more try can help."""


def _status(error: "anthropic.APIStatusError") -> _Failed:
    note, again = _STATUS.get(error.status_code, ("the AI service is not working", True))
    after = error.response.headers.get("retry-after", "")
    pause = float(after) if after.isdecimal() else _PAUSE_SECONDS
    worth = again and pause <= _PAUSE_MAX_SECONDS
    return _Failed(note=note, detail=f"HTTP {error.status_code}", again=worth, pause=pause)
