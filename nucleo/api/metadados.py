"""What OPTIONS answers; the fields of each call are in `/api/schema/`."""

from typing import Any

from rest_framework.metadata import BaseMetadata
from rest_framework.request import Request


class Metodos(BaseMetadata):
    """The methods and formats of an address.

    The framework's own class lists the fields of the view's serializer, which here is that of the answer
    and not of the body, and fails where a view has none.
    """

    def determine_metadata(self, request: Request, view: Any) -> dict[str, Any]:
        return {
            "metodos": view.allowed_methods,
            "recebe": [leitor.media_type for leitor in view.parser_classes],
            "responde": [formato.media_type for formato in view.renderer_classes],
        }
