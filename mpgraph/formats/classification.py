"""Classes and how sure a model is of them: the messages of upstream's ``classification.proto``."""

from .protos.framework.formats.classification_pb2 import (
    Classification,
    ClassificationList,
    ClassificationListCollection,
)

__all__ = ["Classification", "ClassificationList", "ClassificationListCollection"]
