"""The same job on procrastinate: one worker, one job at a time, one HTTP call per job."""

import asyncio
import sys
import time

import httpx
import procrastinate

BANCO, URL, QUANTOS = sys.argv[1], sys.argv[2], int(sys.argv[3])
app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=BANCO))
cliente = httpx.AsyncClient(headers={"apikey": "chave"})


@app.task(queue="envio")
async def enviar(numero: str, texto: str) -> None:
    corpo = {"number": numero, "text": texto, "linkPreview": False}
    (await cliente.post(f"{URL}/message/sendText/procrastinate", json=corpo)).raise_for_status()


async def main() -> None:
    async with app.open_async():
        existe = await app.connector.execute_query_one_async("SELECT to_regclass('procrastinate_jobs') AS t")
        if existe["t"] is None:
            await app.schema_manager.apply_schema_async()
        await enviar.batch_defer_async(
            *[{"numero": f"55119{80_000_000 + n}", "texto": f"Olá {n}"} for n in range(QUANTOS)]
        )
        await app.connector.execute_query_async("ANALYZE procrastinate_jobs, procrastinate_events")
        inicio = time.perf_counter()
        await app.run_worker_async(queues=["envio"], wait=False, concurrency=1, install_signal_handlers=False)
        print(QUANTOS / (time.perf_counter() - inicio))
    await cliente.aclose()


asyncio.run(main())
