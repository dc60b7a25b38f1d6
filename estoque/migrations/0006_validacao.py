"""Compare what readers are told (cache + pending) with recomputation, in one snapshot while others write.

Only the log has no key to the product: what it still holds of a deleted one weighs on no figure, and the
sweep drops it.
"""

from django.db import migrations

_DIVERGENCIAS = """
CREATE FUNCTION estoque_divergencias(p_empresa bigint, p_produtos bigint[], p_hoje date)
RETURNS TABLE (produto_id bigint, cod_produto varchar, campo text, dia date, cache text, certo text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_so text := CASE WHEN p_produtos IS NULL THEN '' ELSE ' AND produto_id = ANY($2)' END;
BEGIN
    RETURN QUERY EXECUTE format($q$
        WITH parcelas AS (
            SELECT produto_id, 'saldo' AS campo, NULL::date AS dia, 0::numeric AS lido,
                   CASE WHEN tipo = 'saida' THEN -quantidade ELSE quantidade END AS certo
            FROM estoque_movimentacaoestoque WHERE empresa_id = $1 %1$s
            UNION ALL SELECT produto_id, x.campo, x.dia, 0, qtd_saldo FROM estoque_carteiraprincipal
            CROSS JOIN LATERAL (VALUES ('qtd_carteira', NULL::date), ('saidas', data_entrega)) x(campo, dia)
            WHERE empresa_id = $1 %1$s
            UNION ALL SELECT produto_id, x.campo, x.dia, 0, qtd_saldo FROM estoque_preseparacaoitem
            CROSS JOIN LATERAL (VALUES ('qtd_pre_separacao', NULL::date), ('saidas', data)) x(campo, dia)
            WHERE empresa_id = $1 %1$s
            UNION ALL SELECT produto_id, x.campo, x.dia, 0, qtd_saldo FROM estoque_separacao
            CROSS JOIN LATERAL (VALUES ('qtd_separacao', NULL::date), ('saidas', data_expedicao)) x(campo, dia)
            WHERE empresa_id = $1 %1$s
            UNION ALL SELECT produto_id, 'entradas', data, 0, qtd_saldo FROM estoque_programacaoproducao
            WHERE empresa_id = $1 %1$s
            UNION ALL SELECT produto_id, x.campo, NULL, x.lido, 0 FROM saldo_estoque_cache
            CROSS JOIN LATERAL (VALUES ('saldo', saldo), ('qtd_carteira', qtd_carteira),
                ('qtd_pre_separacao', qtd_pre_separacao), ('qtd_separacao', qtd_separacao)) x(campo, lido)
            WHERE empresa_id = $1 %1$s
            UNION ALL SELECT produto_id, x.campo, data, x.lido, 0 FROM projecao_estoque_cache
            CROSS JOIN LATERAL (VALUES ('entradas', entradas), ('saidas', saidas)) x(campo, lido)
            WHERE empresa_id = $1 %1$s
            UNION ALL SELECT produto_id, x.campo, x.dia, x.lido, 0 FROM cache_update_log
            CROSS JOIN LATERAL (VALUES ('saldo', NULL::date, saldo), ('qtd_carteira', NULL, carteira),
                ('qtd_pre_separacao', NULL, pre_separacao), ('qtd_separacao', NULL, separacao),
                ('entradas', dia, producao), ('saidas', dia, carteira + pre_separacao + separacao)) x(campo, dia, lido)
            WHERE empresa_id = $1 %1$s
        ), erradas AS (
            SELECT produto_id, campo, dia, sum(lido)::text AS cache, sum(certo)::text AS certo
            FROM parcelas GROUP BY 1, 2, 3 HAVING sum(lido) <> sum(certo)
        ), sem_linha AS (
            SELECT id AS produto_id FROM (SELECT id, id AS produto_id FROM estoque_produto WHERE empresa_id = $1) p
            WHERE NOT EXISTS (SELECT FROM saldo_estoque_cache s WHERE s.produto_id = p.id) %1$s
        ), prontos AS (
            SELECT produto_id, data_ruptura FROM saldo_estoque_cache s
            WHERE empresa_id = $1 AND coalesce(valido_ate >= $3, true) AND coalesce(calculado_para <= $3, true)
              AND NOT EXISTS (SELECT FROM cache_update_log l
                              WHERE l.empresa_id = $1 AND l.produto_id = s.produto_id) %1$s
        ), rupturas AS (
            SELECT f.produto_id, r.data_ruptura AS mantida, f.data_ruptura AS certa
            FROM estoque_futuro($1, ARRAY(SELECT produto_id FROM prontos), $3) f
            JOIN prontos r ON r.produto_id = f.produto_id
        ), todas AS (
            SELECT * FROM erradas
            UNION ALL SELECT produto_id, 'linha', NULL, 'ausente', 'presente' FROM sem_linha
            UNION ALL SELECT produto_id, 'data_ruptura', NULL, mantida::text, certa::text FROM rupturas
            WHERE CASE WHEN mantida < $3 THEN $3 ELSE mantida END IS DISTINCT FROM certa
        )
        SELECT t.produto_id, p.cod_produto, t.campo, t.dia, t.cache, t.certo
        FROM todas t JOIN estoque_produto p ON p.id = t.produto_id ORDER BY 1, 3, 4
    $q$, v_so) USING p_empresa, p_produtos, p_hoje;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("estoque", "0005_leitura")]

    operations = [
        migrations.RunSQL(_DIVERGENCIAS, "DROP FUNCTION estoque_divergencias(bigint, bigint[], date)"),
    ]
