"""What stops a start. One sentence for the operator: the cause and the way out."""


class ErroDeInicio(Exception):
    """The message is shown as it is, in one line, and the process ends non-zero."""
