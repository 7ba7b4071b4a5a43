"""Whether the bot in this container is alive: exit code 0 where /healthz answers 200, else 1.

`/healthz` and not `/readyz`: an API that is down is no reason to restart the bot. Needs no package and no proxy.
"""

import http.client
import os
import sys

ANY = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what is listened on, not listened on here
PATIENCE = 4.0


def main() -> int:
    host = os.environ.get("HTTP_HOST", "").strip()
    port = os.environ.get("HTTP_PORT", "").strip() or "8080"
    try:
        connection = http.client.HTTPConnection(ANY.get(host, host), int(port), timeout=PATIENCE)
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, ValueError, http.client.HTTPException) as error:
        print(f"unhealthy: {type(error).__name__}")
        return 1
    print(f"/healthz answers {status}")
    return 0 if status == http.client.OK else 1


if __name__ == "__main__":
    sys.exit(main())
