from nucleo.errors import NaoPermitido


class PerfilNaoDisponivel(NaoPermitido):
    """The person does not hold this perfil (or no longer, or its empresa is switched off)."""

    def __init__(self) -> None:
        super().__init__(
            "perfil_nao_disponivel", "Este perfil não está disponível para você.", field="perfil"
        )
