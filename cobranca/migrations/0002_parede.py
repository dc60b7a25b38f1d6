"""The wall around the billing tables, and the two looks at them that come before an empresa is known."""

from django.db import migrations

from nucleo.parede import erguer_parede

# The gateway names an instância in the webhook's address: one row for one code, nothing to list.
_INSTANCIA_POR_CODIGO = """
CREATE FUNCTION cobranca_instancia_por_codigo(p_codigo text)
RETURNS TABLE (id bigint, empresa_id bigint, segredo_cifrado text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT i.id, i.empresa_id, i.segredo_cifrado
    FROM public.cobranca_instancia i JOIN public.nucleo_empresa e ON e.id = i.empresa_id
    WHERE i.codigo = p_codigo AND e.ativa
$$;
REVOKE ALL ON FUNCTION cobranca_instancia_por_codigo(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cobranca_instancia_por_codigo(text) TO inquilino;
"""

# Counts for /metrics, which no empresa asks for: numbers per empresa, never a row.
_METRICAS = """
CREATE FUNCTION cobranca_metricas()
RETURNS TABLE (empresa varchar, metrica text, rotulo text, valor double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.slug, 'mensagens', m.status::text, count(*)::float8
    FROM public.cobranca_mensagem m JOIN public.nucleo_empresa e ON e.id = m.empresa_id
    WHERE m.status IN ('pending', 'sending', 'held') GROUP BY 1, 3
    UNION ALL
    SELECT e.slug, 'tentativas_1h', t.resultado::text, count(*)::float8
    FROM public.cobranca_tentativa t JOIN public.nucleo_empresa e ON e.id = t.empresa_id
    WHERE t.em > now() - interval '1 hour' GROUP BY 1, 3
    UNION ALL
    SELECT e.slug, 'ciclos_criados_1h', '', count(*)::float8
    FROM public.cobranca_ciclo c JOIN public.nucleo_empresa e ON e.id = c.empresa_id
    WHERE c.criado_em > now() - interval '1 hour' GROUP BY 1
    UNION ALL
    SELECT e.slug, 'atraso_s', '', extract(epoch FROM now() - min(m.agendada_para))::float8
    FROM public.cobranca_mensagem m JOIN public.nucleo_empresa e ON e.id = m.empresa_id
    WHERE m.status = 'pending' AND m.agendada_para <= now() GROUP BY 1
    UNION ALL
    SELECT e.slug, 'presa_s', '', extract(epoch FROM now() - min(m.reclamada_em))::float8
    FROM public.cobranca_mensagem m JOIN public.nucleo_empresa e ON e.id = m.empresa_id
    WHERE m.status = 'sending' GROUP BY 1
    UNION ALL
    SELECT e.slug, 'instancia_sadia', i.nome::text, i.sadia::int::float8
    FROM public.cobranca_instancia i JOIN public.nucleo_empresa e ON e.id = i.empresa_id WHERE i.ativa
    UNION ALL
    SELECT e.slug, 'instancia_fora_s', i.nome::text, extract(epoch FROM now() - i.doente_desde)::float8
    FROM public.cobranca_instancia i JOIN public.nucleo_empresa e ON e.id = i.empresa_id
    WHERE i.ativa AND i.doente_desde IS NOT NULL
    UNION ALL
    SELECT e.slug, 'duplicados_1h', '', sum((r.detalhe->>'duplicados')::int)::float8
    FROM public.nucleo_registroauditoria r JOIN public.nucleo_empresa e ON e.id = r.empresa_id
    WHERE r.acao = 'ciclos_duplicados' AND r.quando > now() - interval '1 hour' GROUP BY 1
$$;
REVOKE ALL ON FUNCTION cobranca_metricas() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cobranca_metricas() TO inquilino;
"""


class Migration(migrations.Migration):
    dependencies = [("cobranca", "0001_inicial"), ("nucleo", "0002_parede")]

    operations = [
        erguer_parede("cobranca_contato"),
        erguer_parede("cobranca_configuracaocobranca"),
        erguer_parede("cobranca_horario"),
        erguer_parede("cobranca_feriado"),
        erguer_parede("cobranca_instancia"),
        erguer_parede("cobranca_template"),
        erguer_parede("cobranca_variacao", chaves=[("template_id", "cobranca_template")]),
        erguer_parede("cobranca_regua"),
        erguer_parede(
            "cobranca_passo", chaves=[("regua_id", "cobranca_regua"), ("template_id", "cobranca_template")]
        ),
        erguer_parede(
            "cobranca_ciclo", chaves=[("contato_id", "cobranca_contato"), ("regua_id", "cobranca_regua")]
        ),
        erguer_parede(
            "cobranca_mensagem",
            chaves=[
                ("ciclo_id", "cobranca_ciclo"),
                ("template_id", "cobranca_template"),
                ("variacao_id", "cobranca_variacao"),
                ("instancia_id", "cobranca_instancia"),
            ],
        ),
        erguer_parede(
            "cobranca_tentativa",
            chaves=[("mensagem_id", "cobranca_mensagem"), ("instancia_id", "cobranca_instancia")],
        ),
        erguer_parede("cobranca_eventorecebido", chaves=[("instancia_id", "cobranca_instancia")]),
        migrations.RunSQL(_INSTANCIA_POR_CODIGO, "DROP FUNCTION cobranca_instancia_por_codigo(text)"),
        migrations.RunSQL(_METRICAS, "DROP FUNCTION cobranca_metricas()"),
    ]
