"""The JSON mappings and the typed documents say the same."""

import types
import typing
from typing import Any

import pytest
from pydantic import BaseModel

from mappings import documents, indexes


def model_fields(model: type[BaseModel]) -> dict[str, Any]:
    """Field names, nested where the field is a model or a list of models."""
    return {name: _shape(field.annotation) for name, field in model.model_fields.items()}


def _shape(annotation: Any) -> Any:
    for inner in typing.get_args(annotation) if isinstance(annotation, types.UnionType) else [annotation]:
        if typing.get_origin(inner) is list:
            inner = typing.get_args(inner)[0]
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return model_fields(inner)
    return None


LEAVES = {"geo_point", "integer_range", "date_range", "double_range"}


def mapping_fields(properties: dict[str, Any], shapes: dict[str, Any]) -> dict[str, Any]:
    """The same from a mapping. What is one field to Elasticsearch (a point, a range) or not indexed at all
    keeps the model's shape."""
    found: dict[str, Any] = {}
    for name, field in properties.items():
        if field.get("type") in LEAVES or field.get("enabled") is False:
            found[name] = shapes.get(name)
        elif "properties" in field:
            found[name] = mapping_fields(field["properties"], shapes.get(name) or {})
        else:
            found[name] = None
    return found


@pytest.mark.parametrize(("index", "model"), [("offers", documents.Offer), ("places", documents.Place)])
def test_mapping_and_model_have_the_same_fields(index: str, model: type[BaseModel]) -> None:
    shapes = model_fields(model)
    mapping = indexes.body(index)["mappings"]
    assert mapping["dynamic"] == "strict"
    assert mapping_fields(mapping["properties"], shapes) == shapes
