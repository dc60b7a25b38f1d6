from typing import Any

from cobranca.services.manutencao import instancias_verificar
from nucleo.management.base import Comando, empresas_escolhidas


class Command(Comando):
    help = "Pergunta a cada instância do WhatsApp se ela pode enviar."
    relata = True
    por_empresa = False

    def executar(self, *, empresa: str | None, como_json: bool, **_: Any) -> None:
        linhas = [
            {
                "empresa": slug,
                "instancia": i.nome,
                "estado": i.estado,
                "sadia": i.sadia,
                "motivo": i.motivo,
                "webhook": i.webhook_url,
                "webhook_motivo": i.webhook_motivo,
            }
            for slug, instancias in instancias_verificar(list(empresas_escolhidas(empresa))).items()
            for i in instancias
        ]
        texto = "\n".join(
            f"{linha['empresa']}/{linha['instancia']}: "
            + ("sadia" if linha["sadia"] else f"SEM CONDIÇÕES ({linha['motivo']})")
            + (f"; WEBHOOK NÃO REGISTRADO ({linha['webhook_motivo']})" if linha["webhook_motivo"] else "")
            for linha in linhas
        )
        self.relatar(linhas, texto or "Nenhuma instância ativa.", como_json=como_json)
