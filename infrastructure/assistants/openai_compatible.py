"""Answers from a model of a provider, by the API that OpenAI began and Ollama, vLLM, LiteLLM and others speak too.

Importing the library takes half a second, so this is imported only where such an assistant is set up.
"""

from collections.abc import AsyncGenerator

from application.assistant import AssistantFailed, Called, Cited, Ended, Piece, Question, Said, ToolDone
from application.assistant_texts import Passages
from domain.threads.events import Ending, Usage
from infrastructure.assistants.completion import Completion, usage_of
from infrastructure.assistants.conversation import Conversation
from infrastructure.assistants.provider import Provider

STEPS = 8
TIMEOUT_S = 60.0
TOKENS = 60_000
# As much as any model may write at once.
COMPLETION_TOKENS_MAX = 4096
# With less to write there is no point in asking.
COMPLETION_TOKENS_MIN = 256
# Nor in looking something up, with less to read of it.
RESULTS_TOKENS_MIN = 500
_TOO_MUCH = (
    "This question used up its tokens before there was an answer. Ask for less at once, begin a new thread, or raise "
    "DAYBOOK_ASSISTANT_TOKENS."
)
_SILENT = "The assistant's model ended without an answer. Ask again, in other words, or name another DAYBOOK_ASSISTANT_MODEL."


class OpenAiCompatibleAssistant:
    """Asks, lets the model use tools, and asks again with what they answered, until it uses none."""

    def __init__(
        self,
        url: str,
        model: str,
        *,
        api_key: str | None = None,
        steps: int = STEPS,
        timeout_s: float = TIMEOUT_S,
        tokens: int = TOKENS,
    ) -> None:
        """In so many `steps` tools may be used, and then the model has to answer. So many `tokens` are read and written for a
        question, all steps together. For so long the provider may say nothing. Raises `ProviderSettingsInvalid`.
        """
        self._model = model
        self._steps = steps
        self._tokens = tokens
        self._provider = Provider(url, model, api_key=api_key, timeout_s=timeout_s)

    async def answer(self, question: Question) -> AsyncGenerator[Piece]:
        """A conversation is asked about once: what fails is told, and not tried again. Close it if you stop before its end."""
        talk, budget = Conversation(question.turns, question.tools.offers), _Budget(self._tokens)
        passages, said = Passages(), _Text()
        ending: Ending = "complete"
        async with self._provider.connected() as line:
            for step in range(self._steps + 1):
                bound = self._bound(step, budget, talk)
                tokens_max = budget.completion(talk)
                if tokens_max < COMPLETION_TOKENS_MIN:
                    ending = "tokens"
                    break
                async with line.completing(talk, tokens_max, tools=bound is None) as completion:
                    async for text in completion.texts():
                        yield Said(said.more(text))
                budget.spend(talk, completion)
                calls = [] if bound else completion.calls
                if not calls:
                    ending = "tokens" if completion.cut else bound or "complete"
                    break
                done: list[ToolDone] = []
                for call in calls:
                    done.append(await question.tools.run(call.name, call.arguments))
                    yield Called(done[-1].call)
                    passages.read(done[-1].passages)
                talk.called(completion.text, calls, done, characters_max=budget.results(talk))
                said.paragraph()
        said.check(ending)
        for citation in passages.cited_in(said.text):
            yield Cited(citation)
        yield Ended(self._model, ending, budget.usage)

    def _bound(self, step: int, budget: "_Budget", talk: Conversation) -> Ending | None:
        """Why no tool may be used in this step, so that it is the last."""
        if step == self._steps:
            return "steps"
        return None if budget.lasts(talk) else "tokens"


class _Budget:
    """What is left of a question's tokens. Each step reads the whole conversation again."""

    def __init__(self, tokens: int) -> None:
        self._left = tokens
        self._usage: Usage | None = Usage(0, 0)

    @property
    def usage(self) -> Usage | None:
        """As the provider told it; None if it did not always."""
        return self._usage

    def completion(self, talk: Conversation) -> int:
        """How many the next completion may write."""
        return min(COMPLETION_TOKENS_MAX, self._left - talk.tokens)

    def lasts(self, talk: Conversation) -> bool:
        """Whether tools may be used once more: their results have to be read and answered after that."""
        return self._left >= 2 * (talk.tokens + COMPLETION_TOKENS_MIN) + RESULTS_TOKENS_MIN

    def results(self, talk: Conversation) -> int:
        """How many characters tools may answer. Few languages have more than a token in a character."""
        return self._left - talk.tokens - 2 * COMPLETION_TOKENS_MIN

    def spend(self, talk: Conversation, completion: Completion) -> None:
        told, sofar = completion.usage, self._usage
        self._left -= talk.tokens + completion.tokens_estimate if told is None else told.read + told.written
        self._usage = None if told is None or sofar is None else usage_of(sofar.read + told.read, sofar.written + told.written)


class _Text:
    """What was said so far. What is said after tools were used is a new paragraph."""

    def __init__(self) -> None:
        self.text = ""
        self._between = False

    def paragraph(self) -> None:
        self._between = bool(self.text.strip())

    def more(self, text: str) -> str:
        """As it is to be shown."""
        if self._between and text.strip():
            ends = len(self.text) - len(self.text.rstrip("\n"))
            text = "\n" * max(2 - ends, 0) + text.lstrip("\n")
            self._between = False
        self.text += text
        return text

    def check(self, ending: Ending) -> None:
        """Raises `AssistantFailed` if there is nothing."""
        if not self.text.strip():
            raise AssistantFailed(*(("refused", _TOO_MUCH) if ending == "tokens" else ("nonsense", _SILENT)))
