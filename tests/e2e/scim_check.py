"""Has scim2-tester check a SCIM server: its address is the argument, the token is read from standard input. Prints what is wrong."""

import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

client = SyncSCIMClient(Client(base_url=sys.argv[1], headers={"Authorization": f"Bearer {sys.stdin.read().strip()}"}))
results = check_server(client)
print(f"{len(results)} checks", file=sys.stderr)
wrong = [r for r in results if r.status in (Status.ERROR, Status.CRITICAL)]
for result in wrong:
    print(result.status.name, result.title, result.reason)
if not any(r.status is Status.SUCCESS for r in results):
    print("nothing was checked")
