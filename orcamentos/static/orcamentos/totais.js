/* Live totals of the quote's form. Only a preview: the service and the database compute the real ones. */
(() => {
    "use strict";

    // Whole cents as BigInt: binary floats would round 1,005 the wrong way.
    const lido = (texto, casas) => {
        let t = (texto || "").replace(/\s|R\$/g, "");
        if (/^\d{1,3}(\.\d{3})*,\d+$/.test(t) || /^\d+,\d+$/.test(t) || /^\d{1,3}(\.\d{3}){2,}$/.test(t)) {
            t = t.replace(/\./g, "").replace(",", ".");
        } else if (/^[1-9]\d{0,2}\.\d{3}$/.test(t)) {
            return null; // two readings; the server says so
        }
        if (!/^\d+(\.\d+)?$/.test(t)) return null;
        const [inteiro, fracao = ""] = t.split(".");
        if (fracao.length > casas) return null;
        return BigInt(inteiro + fracao.padEnd(casas, "0"));
    };

    const emReais = (centavos) => {
        const negativo = centavos < 0n;
        const texto = (negativo ? -centavos : centavos).toString().padStart(3, "0");
        const inteiro = texto.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ".");
        return `${negativo ? "-" : ""}R$ ${inteiro},${texto.slice(-2)}`;
    };

    const doItem = (linha) => {
        const valor = (campo, casas) => {
            const entrada = linha.querySelector(`input[name$="-${campo}"]`);
            return entrada ? lido(entrada.value, casas) : null;
        };
        const quantidade = valor("quantidade", 3);
        const preco = valor("preco_unitario", 2);
        if (quantidade === null || preco === null) return null;
        // Thousandths times cents: half up to whole cents.
        return (quantidade * preco + 500n) / 1000n - (valor("desconto", 2) || 0n);
    };

    const recalcular = (grupo) => {
        let soma = 0n;
        grupo.querySelectorAll('input[name$="-quantidade"]').forEach((entrada) => {
            // The blank row that new lines are copied from is called itens-__prefix__.
            if (!/^itens-\d+-/.test(entrada.name)) return;
            const linha = entrada.closest(".form-group, tr");
            const apagado = linha.querySelector('input[name$="-DELETE"]');
            const total = apagado && apagado.checked ? null : doItem(linha);
            const saida = linha.querySelector(".orc-total-linha");
            if (saida) saida.textContent = total === null ? "—" : emReais(total);
            if (total !== null) soma += total;
        });
        let rodape = document.getElementById("orc-total");
        if (!rodape) {
            rodape = document.createElement("p");
            rodape.id = "orc-total";
            rodape.setAttribute("aria-live", "polite");
            rodape.className = "text-right text-lg font-semibold text-important py-3";
            grupo.after(rodape);
        }
        rodape.textContent = `Total: ${emReais(soma)}`;
    };

    // A chosen product brings its list price into an empty price field; what a person typed stays.
    const trazerPreco = async (selecao) => {
        const linha = selecao.closest(".form-group, tr");
        const preco = linha && linha.querySelector('input[name$="-preco_unitario"]');
        if (!preco || preco.value.trim() || !/^\d+$/.test(selecao.value)) return;
        const base = window.location.pathname.replace(/(add|\d+\/change)\/$/, "");
        const resposta = await fetch(`${base}preco/${selecao.value}/`);
        if (!resposta.ok || preco.value.trim()) return;
        preco.value = (await resposta.json()).preco;
        preco.dispatchEvent(new Event("input", {bubbles: true}));
    };

    document.addEventListener("DOMContentLoaded", () => {
        const grupo = document.getElementById("itens-group");
        if (!grupo || !grupo.querySelector('input[name$="-quantidade"]')) return;
        const refazer = () => recalcular(grupo);
        grupo.addEventListener("input", refazer);
        grupo.addEventListener("change", refazer);
        // The search box announces its choice through jQuery only.
        window.django.jQuery(grupo).on("change", 'select[name$="-produto"]', (evento) => trazerPreco(evento.target));
        document.addEventListener("formset:added", refazer);
        document.addEventListener("formset:removed", refazer);
        refazer();
    });
})();
