"""What can go wrong, said so that a person knows what to do next, in Chinese and in English.

Nothing here knows of HTTP or of exit codes: the web layer and the command line each map these classes in one place.
"""

from __future__ import annotations


class PlangraphError(Exception):
    """A failure with a message in both languages; ``text("zh")`` and ``text("en")`` give them."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en

    def __reduce__(self) -> tuple[object, ...]:
        # The subclasses' own arguments are already in the messages; pickle sets the attributes back.
        return (_restored, (type(self), self.__dict__))

    def text(self, lang: str) -> str:
        """The message in ``lang``: ``zh``, anything else is English."""
        return self.zh if lang == "zh" else self.en


def _restored(cls: type[PlangraphError], state: dict[str, object]) -> PlangraphError:
    error = cls.__new__(cls, state["en"])
    error.__dict__.update(state)
    return error


class BadInput(PlangraphError):
    """What the person gave can't be used."""


class SyntaxFault(BadInput):
    """Text that breaks its grammar, with the place where known.

    ``line`` and ``column`` count from 1; ``source`` is the file's name or what else the text is called.
    """

    def __init__(
        self, zh: str, en: str, *, source: str | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        place_zh = f"第 {line} 行" + (f"第 {column} 列" if column else "") if line else ""
        place_en = f"line {line}" + (f", column {column}" if column else "") if line else ""
        head_zh = "，".join(p for p in (source, place_zh) if p)
        head_en = ", ".join(p for p in (source, place_en) if p)
        super().__init__(f"{head_zh}：{zh}" if head_zh else zh, f"{head_en}: {en}" if head_en else en)
        self.source = source
        self.line = line
        self.column = column


class Refused(PlangraphError):
    """The request is understood and not allowed, whoever asks."""


class TooLarge(BadInput):
    """The input or the answer is over a limit that is set."""


class NotAcceptable(BadInput):
    """None of the formats asked for can be given for this answer."""


class NotFound(PlangraphError):
    """There is no such thing."""


class DoesNotConform(PlangraphError):
    """Data that break a mandatory shape; nothing was changed. ``report`` is the validation report."""

    def __init__(self, zh: str, en: str, report: object) -> None:
        super().__init__(zh, en)
        self.report = report


class Conflict(PlangraphError):
    """The data have changed since whoever writes read them; nothing was written."""


class Unavailable(PlangraphError):
    """The environment doesn't allow it now: a store in use, a server out of reach, a port taken."""


class StoreLocked(Unavailable):
    """Another process owns the store on disk."""


class OverLimit(Unavailable):
    """A query or a check was stopped at its limit of time or memory."""


class Busy(Unavailable):
    """All workers are taken; trying again soon may succeed."""
