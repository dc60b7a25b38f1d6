"""The only writers of the caches: the fold and the rebuild, as functions of the owner.

The caller takes the locks in statements of its own before (see estoque/locks.py): what is read under a
lock must be read by a later statement than the one that waited for it.
"""

from django.db import migrations

_EXIGIR_EMPRESA = """
CREATE FUNCTION estoque_exigir_empresa(p_empresa bigint) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- A function of the owner passes through the wall, so it must hold the wall itself.
    IF nullif(current_setting('app.empresa_id', true), '')::bigint = p_empresa THEN RETURN; END IF;
    IF current_setting('role') = 'none' AND pg_has_role(session_user, current_user, 'MEMBER') THEN RETURN; END IF;
    RAISE EXCEPTION 'empresa % fora do escopo', p_empresa USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# The columns that look ahead, from the folded state alone. Production counts on its day or, past it, for
# nothing; demand past its day counts today.
_DERIVAR = """
CREATE FUNCTION estoque_derivar(p_empresa bigint, p_produtos bigint[], p_hoje date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    WITH alvo AS (
        SELECT s.produto_id, s.saldo FROM unnest(p_produtos) u(id)
        JOIN saldo_estoque_cache s ON s.produto_id = u.id AND s.empresa_id = p_empresa
    ), eventos AS (
        SELECT a.produto_id, p_hoje AS dia, a.saldo AS v, 0::numeric AS vencida, NULL::date AS chega FROM alvo a
        UNION ALL
        SELECT a.produto_id, greatest(b.data, p_hoje),
               CASE WHEN b.data >= p_hoje THEN b.entradas ELSE 0 END - b.saidas,
               CASE WHEN b.data < p_hoje THEN b.entradas ELSE 0 END,
               CASE WHEN b.data >= p_hoje AND b.entradas <> 0 THEN b.data END
        FROM alvo a JOIN projecao_estoque_cache b ON b.produto_id = a.produto_id
    ), dias AS (
        SELECT produto_id, dia, sum(v) AS v, sum(vencida) AS vencida, min(chega) AS chega
        FROM eventos GROUP BY 1, 2
    ), corrida AS (
        SELECT produto_id, dia, vencida, chega,
               sum(v) OVER (PARTITION BY produto_id ORDER BY dia) AS saldo FROM dias
    ), resumo AS (
        SELECT produto_id, min(dia) FILTER (WHERE saldo < 0) AS ruptura, min(saldo) AS menor,
               (array_agg(dia ORDER BY saldo, dia))[1] AS dia_menor, sum(vencida) AS vencida,
               CASE WHEN bool_or(chega = p_hoje) THEN p_hoje
                    ELSE (min(chega) FILTER (WHERE chega > p_hoje)) - 1 END AS valido
        FROM corrida GROUP BY 1
    )
    UPDATE saldo_estoque_cache s SET data_ruptura = r.ruptura, menor_saldo = r.menor,
        data_menor_saldo = r.dia_menor, producao_vencida = r.vencida, calculado_para = p_hoje,
        valido_ate = r.valido
    FROM resumo r WHERE s.produto_id = r.produto_id
      AND (s.data_ruptura, s.menor_saldo, s.data_menor_saldo, s.producao_vencida, s.calculado_para, s.valido_ate)
          IS DISTINCT FROM (r.ruptura, r.menor, r.dia_menor, r.vencida, p_hoje, r.valido);
END $$;
"""

# One statement deletes the pending deltas and adds them: each counts exactly once, whatever dies.
_DOBRAR = """
CREATE FUNCTION estoque_dobrar(p_empresa bigint, p_produtos bigint[], p_hoje date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_dobrados bigint;
BEGIN
    PERFORM estoque_exigir_empresa(p_empresa);
    WITH colhidos AS (
        DELETE FROM cache_update_log l USING unnest(p_produtos) u(id)
        WHERE l.empresa_id = p_empresa AND l.produto_id = u.id RETURNING l.*
    ), por_dia AS (
        SELECT produto_id, dia, sum(producao) AS entradas, sum(carteira + pre_separacao + separacao) AS saidas
        FROM colhidos WHERE dia IS NOT NULL GROUP BY 1, 2
    ), por_produto AS (
        SELECT produto_id, sum(saldo) AS saldo, sum(carteira) AS carteira, sum(pre_separacao) AS pre,
               sum(separacao) AS sep, sum(producao) AS producao, count(*) AS n,
               string_agg(DISTINCT origem, ', ' ORDER BY origem) AS origens
        FROM colhidos GROUP BY 1
    ), dias AS (
        INSERT INTO projecao_estoque_cache AS p (empresa_id, produto_id, data, entradas, saidas)
        SELECT p_empresa, d.produto_id, d.dia, d.entradas, d.saidas FROM por_dia d
        JOIN saldo_estoque_cache s ON s.produto_id = d.produto_id AND s.empresa_id = p_empresa
        WHERE d.entradas <> 0 OR d.saidas <> 0
        ON CONFLICT (produto_id, data) DO UPDATE
        SET entradas = p.entradas + excluded.entradas, saidas = p.saidas + excluded.saidas
    ), saldos AS (
        UPDATE saldo_estoque_cache s SET saldo = s.saldo + d.saldo, qtd_carteira = s.qtd_carteira + d.carteira,
            qtd_pre_separacao = s.qtd_pre_separacao + d.pre, qtd_separacao = s.qtd_separacao + d.sep,
            atualizado_em = clock_timestamp(), atualizado_por = d.origens,
            atualizado_quanto = d.saldo - d.carteira - d.pre - d.sep
        FROM por_produto d WHERE s.produto_id = d.produto_id AND s.empresa_id = p_empresa
    )
    SELECT count(*) INTO v_dobrados FROM colhidos;
    DELETE FROM projecao_estoque_cache p USING unnest(p_produtos) u(id)
    WHERE p.produto_id = u.id AND p.empresa_id = p_empresa AND p.entradas = 0 AND p.saidas = 0;
    PERFORM estoque_derivar(p_empresa, p_produtos, p_hoje);
    RETURN v_dobrados;
END $$;
"""

# One statement in READ COMMITTED: sources, log and caches are seen in one snapshot, so a delta that is
# visible is in its source already and is dropped, and one that is not stays pending.
_RECONSTRUIR = """
CREATE FUNCTION estoque_reconstruir(p_empresa bigint, p_produtos bigint[], p_hoje date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_so text := CASE WHEN p_produtos IS NULL THEN '' ELSE ' AND produto_id = ANY($2)' END;
    v_produtos bigint[];
BEGIN
    PERFORM estoque_exigir_empresa(p_empresa);
    EXECUTE format($q$
        WITH demanda AS (
            SELECT produto_id, data_entrega AS data, qtd_saldo AS c, 0::numeric AS p, 0::numeric AS s, 0::numeric AS e
            FROM estoque_carteiraprincipal WHERE empresa_id = $1 AND qtd_saldo > 0 %1$s
            UNION ALL SELECT produto_id, data, 0, qtd_saldo, 0, 0
            FROM estoque_preseparacaoitem WHERE empresa_id = $1 AND qtd_saldo > 0 %1$s
            UNION ALL SELECT produto_id, data_expedicao, 0, 0, qtd_saldo, 0
            FROM estoque_separacao WHERE empresa_id = $1 AND qtd_saldo > 0 %1$s
            UNION ALL SELECT produto_id, data, 0, 0, 0, qtd_saldo
            FROM estoque_programacaoproducao WHERE empresa_id = $1 AND qtd_saldo > 0 %1$s
        ), dias AS (
            SELECT produto_id, data, sum(c) AS c, sum(p) AS p, sum(s) AS s, sum(e) AS e FROM demanda GROUP BY 1, 2
        ), planos AS (
            SELECT produto_id, sum(c) AS c, sum(p) AS p, sum(s) AS s FROM dias GROUP BY 1
        ), livro AS (
            SELECT produto_id, sum(CASE WHEN tipo = 'saida' THEN -quantidade ELSE quantidade END) AS saldo
            FROM estoque_movimentacaoestoque WHERE empresa_id = $1 %1$s GROUP BY 1
        ), certo AS (
            SELECT t.id AS produto_id, coalesce(l.saldo, 0) AS saldo, coalesce(d.c, 0) AS c,
                   coalesce(d.p, 0) AS p, coalesce(d.s, 0) AS s
            FROM (SELECT id, id AS produto_id FROM estoque_produto WHERE empresa_id = $1) t
            LEFT JOIN livro l USING (produto_id) LEFT JOIN planos d USING (produto_id) WHERE true %1$s
        ), esquecidos AS (
            DELETE FROM cache_update_log WHERE empresa_id = $1 %1$s
        ), dias_mortos AS (
            DELETE FROM projecao_estoque_cache b WHERE empresa_id = $1 %1$s
              AND NOT EXISTS (SELECT FROM dias d WHERE d.produto_id = b.produto_id AND d.data = b.data)
        ), dias_novos AS (
            INSERT INTO projecao_estoque_cache AS b (empresa_id, produto_id, data, entradas, saidas)
            SELECT $1, produto_id, data, e, c + p + s FROM dias
            ON CONFLICT (produto_id, data) DO UPDATE SET entradas = excluded.entradas, saidas = excluded.saidas
            WHERE (b.entradas, b.saidas) IS DISTINCT FROM (excluded.entradas, excluded.saidas)
        ), saldos AS (
            INSERT INTO saldo_estoque_cache AS k (empresa_id, produto_id, saldo, qtd_carteira, qtd_pre_separacao,
                qtd_separacao, menor_saldo, producao_vencida, atualizado_em, atualizado_por, atualizado_quanto)
            SELECT $1, produto_id, saldo, c, p, s, 0, 0, clock_timestamp(), 'reconstrucao', 0 FROM certo
            ON CONFLICT (produto_id) DO UPDATE SET saldo = excluded.saldo, qtd_carteira = excluded.qtd_carteira,
                qtd_pre_separacao = excluded.qtd_pre_separacao, qtd_separacao = excluded.qtd_separacao,
                atualizado_em = excluded.atualizado_em, atualizado_por = excluded.atualizado_por,
                atualizado_quanto = (excluded.saldo - excluded.qtd_carteira - excluded.qtd_pre_separacao
                    - excluded.qtd_separacao) - (k.saldo - k.qtd_carteira - k.qtd_pre_separacao - k.qtd_separacao)
            WHERE (k.saldo, k.qtd_carteira, k.qtd_pre_separacao, k.qtd_separacao) IS DISTINCT FROM
                (excluded.saldo, excluded.qtd_carteira, excluded.qtd_pre_separacao, excluded.qtd_separacao)
        )
        SELECT array_agg(produto_id) FROM certo
    $q$, v_so) INTO v_produtos USING p_empresa, p_produtos;
    PERFORM estoque_derivar(p_empresa, coalesce(v_produtos, '{}'), p_hoje);
    RETURN coalesce(cardinality(v_produtos), 0);
END $$;
"""

_DIREITOS = """
REVOKE ALL ON FUNCTION estoque_exigir_empresa(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION estoque_derivar(bigint, bigint[], date) FROM PUBLIC;
REVOKE ALL ON FUNCTION estoque_dobrar(bigint, bigint[], date) FROM PUBLIC;
REVOKE ALL ON FUNCTION estoque_reconstruir(bigint, bigint[], date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION estoque_dobrar(bigint, bigint[], date) TO inquilino;
GRANT EXECUTE ON FUNCTION estoque_reconstruir(bigint, bigint[], date) TO inquilino;
"""


class Migration(migrations.Migration):
    dependencies = [("estoque", "0003_deltas")]

    operations = [
        migrations.RunSQL(_EXIGIR_EMPRESA, "DROP FUNCTION estoque_exigir_empresa(bigint)"),
        migrations.RunSQL(_DERIVAR, "DROP FUNCTION estoque_derivar(bigint, bigint[], date)"),
        migrations.RunSQL(_DOBRAR, "DROP FUNCTION estoque_dobrar(bigint, bigint[], date)"),
        migrations.RunSQL(_RECONSTRUIR, "DROP FUNCTION estoque_reconstruir(bigint, bigint[], date)"),
        migrations.RunSQL(_DIREITOS, migrations.RunSQL.noop),
    ]
