"""How gunicorn serves the portal, here and in the container; gunicorn reads this file by its name."""

from sharedict import env

with env.refusing_clearly():
    bind = [env.text("SHAREDICT_BIND", "127.0.0.1") + f":{env.port()}"]
    workers = env.integer("SHAREDICT_WEB_PROCESSES", 2, least=1, most=64)
    threads = env.integer("SHAREDICT_WEB_THREADS", 4, least=1, most=64)
wsgi_app = "sharedict.wsgi:application"
worker_class = "gthread"
preload_app = True  # read once for all processes: a sooner start, less memory, and a bad setting is said once
limit_request_line = 8190  # a list names the runs it began with
timeout = 60
graceful_timeout = 10
max_requests = 10_000
max_requests_jitter = 1_000
control_socket_disable = True
