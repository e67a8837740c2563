"""Presidio on a Word document, paragraph by paragraph, as its users do: the forms as a deny list, no language model.

A paragraph in which something is found loses its runs' text to the first run.
"""

from typing import Any

import common
import docx
import spacy
from presidio_analyzer import AnalyzerEngine, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig


class WithoutModel(SpacyNlpEngine):
    """A blank Swedish pipeline: only words, no guesses who is a person."""

    def __init__(self) -> None:
        super().__init__()
        self.nlp = {"sv": spacy.blank("sv")}

    def load(self) -> None:
        """Nothing to load."""


def engines(forms: list[str]) -> tuple[AnalyzerEngine, AnonymizerEngine]:
    registry = RecognizerRegistry(supported_languages=["sv"])
    registry.recognizers = []
    registry.add_recognizer(PatternRecognizer("PERSON", deny_list=forms, supported_language="sv"))
    return (
        AnalyzerEngine(registry=registry, nlp_engine=WithoutModel(), supported_languages=["sv"]),
        AnonymizerEngine(),
    )


_ready: list[tuple[AnalyzerEngine, AnonymizerEngine]] = []


def act(source: str, target: str, job: dict[str, Any]) -> None:
    if not _ready:
        _ready.append(engines(job["forms"]))
    analyzer, anonymizer = _ready[0]
    document = docx.Document(source)
    for paragraph in paragraphs(document):
        found = analyzer.analyze(text=paragraph.text, language="sv", entities=["PERSON"])
        if not found:
            continue
        masked = anonymizer.anonymize(
            text=paragraph.text,
            analyzer_results=found,
            operators={"DEFAULT": OperatorConfig("replace", {"new_value": job["label"]})},
        ).text
        paragraph.text = masked
    document.save(target)


def paragraphs(document: Any) -> Any:
    yield from document.paragraphs
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs
    for section in document.sections:
        yield from section.header.paragraphs
        yield from section.footer.paragraphs


common.serve(act, "presidio-analyzer", "presidio-anonymizer")
