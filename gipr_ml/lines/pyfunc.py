"""The line model as MLflow loads it: `mlflow.pyfunc.load_model("models:/gipr-lines@champion")`.

MLflow finds this module by its name in the logged model, so nothing of ours is pickled and MLflow
is not imported here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gipr_ml.lines import LineModel, load_model
from gipr_ml.types import Cell, Line

if TYPE_CHECKING:
    import pandas


class LineLabeller:
    """Labels lines that come as a table."""

    def __init__(self, model: LineModel) -> None:
        self.model = model

    def predict(
        self, model_input: pandas.DataFrame, params: dict[str, Any] | None = None
    ) -> pandas.DataFrame:
        """Label and confidence of each row, in the order of the rows.

        `text` is a line with its cells parted by tabs. `document` says which rows belong together
        and must then be all lines of a document, in order; without it all rows are one document.
        """
        import pandas

        del params
        names = model_input["document"] if "document" in model_input else [""] * len(model_input)
        rows: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            rows.setdefault(str(name), []).append(place)
        texts = [str(text) for text in model_input["text"]]
        answers: list[tuple[str, float]] = [("", 0.0)] * len(texts)
        for places in rows.values():
            labelled = self.model.label([_line(n, texts[p]) for n, p in enumerate(places)])
            for place, answer in zip(places, labelled, strict=True):
                answers[place] = answer.label, answer.confidence
        return pandas.DataFrame(answers, columns=["label", "confidence"], index=model_input.index)


def _line(number: int, text: str) -> Line:
    cells = tuple(map(Cell, text.split("\t")))
    return Line(number, cells, "explicit" if len(cells) > 1 else "none")


def _load_pyfunc(path: str) -> LineLabeller:
    """What MLflow calls with the folder of the model. Raises ModelError if it is unusable."""
    return LineLabeller(load_model(Path(path)))
