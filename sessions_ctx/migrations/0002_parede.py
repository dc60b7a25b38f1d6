"""The wall around `session_context`, and a person's own contexts before there is an empresa."""

from django.db import migrations

from nucleo.parede import USUARIO_ATUAL, erguer_parede, tabela_global

# A context may only point to a perfil held now; one that has ended may point to what was held.
_DA_PESSOA = f"""
CREATE POLICY session_context_da_pessoa ON session_context TO inquilino
    USING (usuario_id = {USUARIO_ATUAL})
    WITH CHECK (usuario_id = {USUARIO_ATUAL} AND (NOT ativo OR EXISTS (
        SELECT FROM nucleo_vinculo v
        WHERE v.empresa_id = session_context.empresa_id AND v.perfil_id = session_context.perfil_ativo_id
          AND v.usuario_id = {USUARIO_ATUAL} AND v.ativo)));
"""


class Migration(migrations.Migration):
    dependencies = [("sessions_ctx", "0001_inicial"), ("nucleo", "0002_parede")]

    operations = [
        erguer_parede("session_context", chaves=[("perfil_ativo_id", "nucleo_perfil")]),
        migrations.RunSQL(_DA_PESSOA, "DROP POLICY session_context_da_pessoa ON session_context"),
        tabela_global("sessions_ctx_tentativalogin", direitos="SELECT, INSERT, UPDATE, DELETE"),
    ]
