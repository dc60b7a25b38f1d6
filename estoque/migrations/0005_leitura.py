"""Exact reads: cache + pending deltas in one snapshot (STABLE functions see the caller's snapshot).

Functions in PL/pgSQL because it keeps their plans: planning these joins anew would cost several times
what running them does. Invoker's rights: the wall filters as everywhere.
"""

from django.db import migrations

# Rows: product, exact balance, first day below zero, lowest point, overdue production.
_FUTURO = """
CREATE FUNCTION estoque_futuro(p_empresa bigint, p_produtos bigint[], p_hoje date)
RETURNS TABLE (produto_id bigint, saldo numeric, data_ruptura date, menor_saldo numeric,
               data_menor_saldo date, producao_vencida numeric, pendentes bigint, d_carteira numeric,
               d_pre_separacao numeric, d_separacao numeric)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH pendente AS MATERIALIZED (
        -- The log is read once: it is what may be long.
        -- A delta has a day (a plan) or none (a movement), so most of these sums have nothing to add.
        SELECT l.produto_id, l.dia, count(*) AS n,
               coalesce(sum(l.saldo) FILTER (WHERE l.dia IS NULL), 0) AS saldo,
               coalesce(sum(l.carteira) FILTER (WHERE l.dia IS NOT NULL), 0) AS carteira,
               coalesce(sum(l.pre_separacao) FILTER (WHERE l.dia IS NOT NULL), 0) AS pre_separacao,
               coalesce(sum(l.separacao) FILTER (WHERE l.dia IS NOT NULL), 0) AS separacao,
               coalesce(sum(l.producao) FILTER (WHERE l.dia IS NOT NULL), 0) AS producao
        FROM unnest(p_produtos) u(id)
        JOIN cache_update_log l ON l.produto_id = u.id AND l.empresa_id = p_empresa GROUP BY 1, 2
    ), eventos AS (
        SELECT s.produto_id, p_hoje AS dia, s.saldo AS estoque, 0::numeric AS v, 0::numeric AS vencida
        FROM unnest(p_produtos) u(id)
        JOIN saldo_estoque_cache s ON s.produto_id = u.id AND s.empresa_id = p_empresa
        UNION ALL
        SELECT b.produto_id, greatest(b.data, p_hoje), 0,
               CASE WHEN b.data >= p_hoje THEN b.entradas ELSE 0 END - b.saidas,
               CASE WHEN b.data < p_hoje THEN b.entradas ELSE 0 END
        FROM unnest(p_produtos) u(id)
        JOIN projecao_estoque_cache b ON b.produto_id = u.id AND b.empresa_id = p_empresa
        UNION ALL
        SELECT l.produto_id, greatest(coalesce(l.dia, p_hoje), p_hoje), l.saldo,
               CASE WHEN l.dia >= p_hoje THEN l.producao ELSE 0 END - l.carteira - l.pre_separacao - l.separacao,
               CASE WHEN l.dia < p_hoje THEN l.producao ELSE 0 END
        FROM pendente l
    ), total AS (
        SELECT produto_id, sum(n)::bigint AS n, sum(carteira) AS carteira, sum(pre_separacao) AS pre,
               sum(separacao) AS sep FROM pendente GROUP BY 1
    ), dias AS (
        SELECT produto_id, dia, sum(estoque) AS estoque, sum(estoque + v) AS v, sum(vencida) AS vencida
        FROM eventos GROUP BY 1, 2
    ), corrida AS (
        SELECT produto_id, dia, estoque, vencida, sum(v) OVER (PARTITION BY produto_id ORDER BY dia) AS r FROM dias
    )
    SELECT produto_id, sum(estoque), min(dia) FILTER (WHERE r < 0), min(r),
           (array_agg(dia ORDER BY r, dia))[1], sum(vencida), coalesce(min(t.n), 0), coalesce(min(t.carteira), 0),
           coalesce(min(t.pre), 0), coalesce(min(t.sep), 0)
    FROM corrida LEFT JOIN total t USING (produto_id) GROUP BY 1;
END $$;
"""

_SALDO = """
CREATE FUNCTION estoque_saldo(p_empresa bigint, p_cod text, p_hoje date)
RETURNS TABLE (produto_id bigint, cod_produto varchar, nome varchar, unidade varchar, saldo_atual numeric,
    qtd_carteira numeric, qtd_pre_separacao numeric, qtd_separacao numeric, data_ruptura date,
    menor_saldo numeric, data_menor_saldo date, producao_vencida numeric, pendentes bigint,
    atualizado_em timestamptz, atualizado_por varchar, atualizado_quanto numeric, desligado boolean)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_fresco boolean;
BEGIN
    SELECT p.id, p.cod_produto, p.nome, p.unidade, s.saldo, s.qtd_carteira, s.qtd_pre_separacao, s.qtd_separacao,
           CASE WHEN s.data_ruptura < p_hoje THEN p_hoje ELSE s.data_ruptura END, s.menor_saldo,
           greatest(s.data_menor_saldo, p_hoje), s.producao_vencida, 0, s.atualizado_em, s.atualizado_por,
           s.atualizado_quanto,
           EXISTS (SELECT FROM estoque_estadocache x WHERE x.empresa_id = p_empresa),
           coalesce(p_hoje <= s.valido_ate, true) AND coalesce(p_hoje >= s.calculado_para, true)
               AND NOT EXISTS (SELECT FROM cache_update_log l
                               WHERE l.empresa_id = p_empresa AND l.produto_id = p.id)
    INTO produto_id, cod_produto, nome, unidade, saldo_atual, qtd_carteira, qtd_pre_separacao, qtd_separacao,
         data_ruptura, menor_saldo, data_menor_saldo, producao_vencida, pendentes, atualizado_em,
         atualizado_por, atualizado_quanto, desligado, v_fresco
    FROM estoque_produto p
    JOIN saldo_estoque_cache s ON s.produto_id = p.id AND s.empresa_id = p.empresa_id
    WHERE p.empresa_id = p_empresa AND p.cod_produto = p_cod;
    IF NOT FOUND THEN RETURN; END IF;
    IF NOT v_fresco THEN
        SELECT f.saldo, qtd_carteira + f.d_carteira, qtd_pre_separacao + f.d_pre_separacao,
               qtd_separacao + f.d_separacao, f.data_ruptura, f.menor_saldo, f.data_menor_saldo,
               f.producao_vencida, f.pendentes
        INTO saldo_atual, qtd_carteira, qtd_pre_separacao, qtd_separacao, data_ruptura, menor_saldo,
             data_menor_saldo, producao_vencida, pendentes
        FROM estoque_futuro(p_empresa, ARRAY[produto_id], p_hoje) f;
    END IF;
    RETURN NEXT;
END $$;
"""

_PROJECAO = """
CREATE FUNCTION estoque_projecao(p_empresa bigint, p_cod text, p_hoje date, p_dias int)
RETURNS TABLE (data date, entradas numeric, saidas numeric, saldo numeric, saldo_inicial numeric,
               produto_id bigint, desligado boolean)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_produto bigint;
    v_saldo numeric;
    v_desligado boolean := EXISTS (SELECT FROM estoque_estadocache x WHERE x.empresa_id = p_empresa);
BEGIN
    SELECT p.id, s.saldo + (SELECT coalesce(sum(l.saldo), 0) FROM cache_update_log l
                            WHERE l.empresa_id = p_empresa AND l.produto_id = p.id)
    INTO v_produto, v_saldo
    FROM estoque_produto p JOIN saldo_estoque_cache s ON s.produto_id = p.id AND s.empresa_id = p.empresa_id
    WHERE p.empresa_id = p_empresa AND p.cod_produto = p_cod;
    IF NOT FOUND THEN RETURN; END IF;
    RETURN QUERY
    WITH eventos AS (
        SELECT greatest(b.data, p_hoje) AS dia, CASE WHEN b.data >= p_hoje THEN b.entradas ELSE 0 END AS e,
               b.saidas AS s
        FROM projecao_estoque_cache b
        WHERE b.empresa_id = p_empresa AND b.produto_id = v_produto AND b.data < p_hoje + p_dias
        UNION ALL
        SELECT greatest(l.dia, p_hoje), CASE WHEN l.dia >= p_hoje THEN l.producao ELSE 0 END,
               l.carteira + l.pre_separacao + l.separacao
        FROM cache_update_log l
        WHERE l.empresa_id = p_empresa AND l.produto_id = v_produto AND l.dia < p_hoje + p_dias
    ), dias AS (
        SELECT dia, sum(e) AS e, sum(s) AS s FROM eventos GROUP BY 1
    )
    SELECT p_hoje + g.i, coalesce(d.e, 0), coalesce(d.s, 0),
           v_saldo + sum(coalesce(d.e, 0) - coalesce(d.s, 0)) OVER (ORDER BY g.i), v_saldo, v_produto, v_desligado
    FROM generate_series(0, p_dias - 1) g(i) LEFT JOIN dias d ON d.dia = p_hoje + g.i
    ORDER BY g.i;
END $$;
"""

# Kept columns for products with nothing pending, recomputed ones for the few others.
_RUPTURAS = """
CREATE FUNCTION estoque_rupturas(p_empresa bigint, p_hoje date, p_ate date)
RETURNS TABLE (produto_id bigint, data_ruptura date, menor_saldo numeric, data_menor_saldo date)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_sujos bigint[] := ARRAY(
        SELECT l.produto_id FROM cache_update_log l WHERE l.empresa_id = p_empresa
        UNION
        SELECT s.produto_id FROM saldo_estoque_cache s
        WHERE s.empresa_id = p_empresa AND (s.valido_ate < p_hoje OR s.calculado_para > p_hoje));
BEGIN
    RETURN QUERY
    SELECT s.produto_id, greatest(s.data_ruptura, p_hoje), s.menor_saldo, greatest(s.data_menor_saldo, p_hoje)
    FROM saldo_estoque_cache s
    WHERE s.empresa_id = p_empresa AND s.data_ruptura <= p_ate
      AND NOT EXISTS (SELECT FROM unnest(v_sujos) u(id) WHERE u.id = s.produto_id)
    UNION ALL
    SELECT f.produto_id, f.data_ruptura, f.menor_saldo, f.data_menor_saldo
    FROM estoque_futuro(p_empresa, v_sujos, p_hoje) f WHERE f.data_ruptura <= p_ate
    ORDER BY 2, 1;
END $$;
"""

# What spreadsheets and BI read. While a bulk load has the cache switched off the figures are null.
_VISOES = """
CREATE VIEW saldo_estoque_exato WITH (security_invoker = true) AS
SELECT p.empresa_id, p.id AS produto_id, p.cod_produto, p.nome, p.unidade, x.em_reconstrucao,
       CASE WHEN NOT x.em_reconstrucao THEN s.saldo + d.saldo END AS saldo_atual,
       CASE WHEN NOT x.em_reconstrucao THEN s.qtd_carteira + d.carteira END AS qtd_carteira,
       CASE WHEN NOT x.em_reconstrucao THEN s.qtd_pre_separacao + d.pre END AS qtd_pre_separacao,
       CASE WHEN NOT x.em_reconstrucao THEN s.qtd_separacao + d.sep END AS qtd_separacao,
       CASE WHEN NOT x.em_reconstrucao THEN s.saldo + d.saldo - s.qtd_carteira - d.carteira
            - s.qtd_pre_separacao - d.pre - s.qtd_separacao - d.sep END AS disponivel,
       CASE WHEN x.em_reconstrucao THEN NULL
            WHEN d.n > 0 OR s.valido_ate < x.hoje OR s.calculado_para > x.hoje
            THEN (SELECT f.data_ruptura FROM estoque_futuro(p.empresa_id, ARRAY[p.id], x.hoje) f)
            WHEN s.data_ruptura < x.hoje THEN x.hoje ELSE s.data_ruptura END AS data_ruptura,
       s.atualizado_em, s.atualizado_por, s.atualizado_quanto, d.n AS pendentes
FROM estoque_produto p
JOIN saldo_estoque_cache s ON s.produto_id = p.id AND s.empresa_id = p.empresa_id
JOIN LATERAL (
    SELECT (now() AT TIME ZONE e.fuso)::date AS hoje,
           EXISTS (SELECT FROM estoque_estadocache k WHERE k.empresa_id = e.id) AS em_reconstrucao
    FROM nucleo_empresa e WHERE e.id = p.empresa_id) x ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS n, coalesce(sum(l.saldo), 0) AS saldo, coalesce(sum(l.carteira), 0) AS carteira,
           coalesce(sum(l.pre_separacao), 0) AS pre, coalesce(sum(l.separacao), 0) AS sep
    FROM cache_update_log l WHERE l.empresa_id = p.empresa_id AND l.produto_id = p.id) d;

CREATE VIEW projecao_estoque_exata WITH (security_invoker = true) AS
SELECT p.empresa_id, p.id AS produto_id, p.cod_produto, j.data, j.entradas, j.saidas, j.saldo
FROM nucleo_empresa e
JOIN estoque_produto p ON p.empresa_id = e.id
CROSS JOIN LATERAL estoque_projecao(e.id, p.cod_produto, (now() AT TIME ZONE e.fuso)::date, 29) j
WHERE NOT j.desligado;

GRANT SELECT ON saldo_estoque_exato, projecao_estoque_exata TO inquilino;
"""

_ASSINATURAS = {
    "estoque_futuro": "(bigint, bigint[], date)",
    "estoque_saldo": "(bigint, text, date)",
    "estoque_projecao": "(bigint, text, date, int)",
    "estoque_rupturas": "(bigint, date, date)",
}


class Migration(migrations.Migration):
    dependencies = [("estoque", "0004_dobra")]

    operations = [
        *[
            migrations.RunSQL(sql, f"DROP FUNCTION {nome}{_ASSINATURAS[nome]}")
            for nome, sql in {
                "estoque_futuro": _FUTURO,
                "estoque_saldo": _SALDO,
                "estoque_projecao": _PROJECAO,
                "estoque_rupturas": _RUPTURAS,
            }.items()
        ],
        migrations.RunSQL(_VISOES, "DROP VIEW projecao_estoque_exata; DROP VIEW saldo_estoque_exato;"),
    ]
