"""The positive control: the same application with the mistake of the old system put back in.

A module-level cache of the context, one per worker process.
"""

import config.wsgi
from sessions_ctx import middleware

_CACHE: dict = {}
_verdadeiro = middleware.get_session_context


def _do_cache(*, usuario, sessao_id):
    if sessao_id not in _CACHE:
        _CACHE[sessao_id] = _verdadeiro(usuario=usuario, sessao_id=sessao_id)
    return _CACHE[sessao_id]


middleware.get_session_context = _do_cache
application = config.wsgi.application
