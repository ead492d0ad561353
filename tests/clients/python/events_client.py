"""Events for analysts with httpx and httpx-sse, against a server with people in it: python events_client.py http://127.0.0.1:8086/graphql"""

import asyncio
import json
import sys
import uuid

import httpx
from httpx_sse import aconnect_sse

TIME_MAX_SECONDS = 50

DELIVER_SERVICE = """mutation($input: DeliverServiceInput!) {
  deliverService(input: $input) { ... on Recorded { position } }
}"""


def passed(name):
    print(f"ok: {name}", flush=True)


async def all_pages(client):
    path, events = "/events?limit=300", []
    while True:
        answer = await client.get(path)
        answer.raise_for_status()
        assert answer.headers["content-type"] == "application/cloudevents-batch+json"
        page = answer.json()
        if not page:
            return events
        events += page
        path = answer.links["next"]["url"]


async def the_file(client, encoding):
    lines = []
    async with client.stream("GET", "/events.ndjson", headers={"accept-encoding": encoding}) as answer:
        answer.raise_for_status()
        assert answer.headers.get("content-encoding", "identity") == encoding, answer.headers
        async for line in answer.aiter_lines():
            lines.append(json.loads(line))
    *events, last = lines
    assert last["end"]["count"] == len(events), last
    assert last["end"]["lastPosition"] == events[-1]["id"], last
    return events


async def followed(client, wanted, headers=None, **query):
    """So many events, and nothing of heartbeats but that they move the cursor."""
    events = []
    async with aconnect_sse(client, "GET", "/events", params=query, headers=headers or {}) as source:
        source.response.raise_for_status()
        async for message in source.aiter_sse():
            if message.event == "heartbeat":
                continue
            event = message.json()
            assert (message.id, message.event) == (event["id"], event["type"]), message
            events.append(event)
            if len(events) == wanted:
                return events
    raise AssertionError("the stream ended")


async def as_it_happens(client, person_id, after):
    following = asyncio.create_task(followed(client, 1, after=after))
    command = {"commandId": str(uuid.uuid4()), "personId": person_id, "service": "JOB_FAIR"}
    answer = await client.post("/graphql", json={"query": DELIVER_SERVICE, "variables": {"input": command}})
    (event,) = await following
    assert event["id"] == answer.json()["data"]["deliverService"]["position"], event
    assert event["type"] == "sigeyi.ServiceDelivered.v1", event
    assert event["data"] == {"service": "JobFair"}, event


async def main(address):
    async with httpx.AsyncClient(base_url=address.removesuffix("/graphql"), timeout=TIME_MAX_SECONDS) as client:
        events = await all_pages(client)
        positions = [int(event["id"]) for event in events]
        assert positions == list(range(1, len(events) + 1))
        passed("every page")
        for encoding in ["identity", "gzip"]:
            assert await the_file(client, encoding) == events
        passed("the file, plain and compressed")
        seen = await followed(client, 200, after="0")
        seen += await followed(client, len(events) - 200, headers={"last-event-id": seen[-1]["id"]})
        assert seen == events
        passed("a stream that goes on where it was")
        filters = {"step": "ServiceDelivered", "plan": "nmg-2022-2024"}
        expected = [event for event in events if event["type"] == "sigeyi.ServiceDelivered.v1"]
        expected = [event for event in expected if "2022-01-01" <= event["effectiveon"] <= "2024-12-31"]
        assert expected and await followed(client, len(expected), after="0", **filters) == expected
        passed("filters")
        query = "{ people(filter: { missing: [] }, first: 1) { nodes { id } } }"
        answer = await client.post("/graphql", json={"query": query})
        person_id = answer.json()["data"]["people"]["nodes"][0]["id"]
        await as_it_happens(client, person_id, events[-1]["id"])
        passed("an event as it happens")
        refused = await client.get("/events", params={"name": "somebody"})
        assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_PARAMETER")
        passed("a refusal")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python events_client.py http://127.0.0.1:8086/graphql")
    asyncio.run(asyncio.wait_for(main(sys.argv[1]), TIME_MAX_SECONDS))
