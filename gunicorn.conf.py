"""How gunicorn serves the tool; gunicorn reads this file by itself from the project's folder."""

import os

_host = os.environ.get("HOST", "127.0.0.1")
_port = os.environ.get("PORT", "5000")
_address = f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"

bind = _address

# Two processes use two cores; threads let a slow reader wait without holding up the others.
worker_class = "gthread"
workers = 2
threads = 4

# Addresses of readers are personal data, so there is no access log; errors go to the terminal.
accesslog = None
errorlog = "-"
loglevel = "warning"

# Nothing here uses gunicorn's control interface, and its socket would stand in the home folder.
control_socket_disable = True
