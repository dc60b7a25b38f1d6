/* A button that cannot be undone asks once: <button data-confirmar="Cancelar o orçamento?">. */
(() => {
    "use strict";

    document.addEventListener("submit", (evento) => {
        const botao = evento.submitter;
        const pergunta = botao && botao.dataset.confirmar;
        if (pergunta && !window.confirm(pergunta)) evento.preventDefault();
    }, true);
})();
