"""gql against a server with people in it: python gql_client.py http://127.0.0.1:8086/graphql"""

import asyncio
import re
import sys
import uuid

from gql import Client, GraphQLRequest, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport

TIME_MAX_SECONDS = 50

PEOPLE = gql("""
query People($filter: PeopleFilter, $first: Int!, $after: String) {
  people(filter: $filter, first: $first, after: $after) {
    edges { node { id } missing }
    pageInfo { hasNextPage endCursor }
  }
}
""")

DELIVER_SERVICE = gql("""
mutation DeliverService($input: DeliverServiceInput!) {
  deliverService(input: $input) {
    __typename
    ... on Recorded { position alreadyRecorded }
    ... on Rejected { code message field }
  }
}
""")

EVENTS = gql("""
subscription Events($after: Position!) {
  events(after: $after) { position type commandId }
}
""")

HEAD = gql("query Head { head { position } }")


def passed(name):
    print(f"ok: {name}", flush=True)


async def two_pages(session):
    variables = {"filter": {"missing": []}, "first": 5}
    ids = []
    for _ in range(2):
        people = (await session.execute(GraphQLRequest(PEOPLE, variable_values=variables)))["people"]
        assert people["pageInfo"]["hasNextPage"]
        ids += [edge["node"]["id"] for edge in people["edges"]]
        variables = variables | {"after": people["pageInfo"]["endCursor"]}
    assert len(set(ids)) == 10
    return ids[0]


async def sent_twice(session, socket, person_id):
    after = (await session.execute(HEAD))["head"]["position"]
    command = {"commandId": str(uuid.uuid4()), "personId": person_id, "service": "JOB_FAIR"}
    document = GraphQLRequest(DELIVER_SERVICE, variable_values={"input": command})
    answers = [(await session.execute(document))["deliverService"] for _ in range(2)]
    assert [answer["alreadyRecorded"] for answer in answers] == [False, True], answers
    assert answers[0]["position"] == answers[1]["position"]
    async for result in socket.subscribe(GraphQLRequest(EVENTS, variable_values={"after": after})):
        assert result["events"] == {
            "position": answers[0]["position"],
            "type": "SERVICE_DELIVERED",
            "commandId": command["commandId"],
        }
        return
    raise AssertionError("the subscription ended without the event")


async def refusal_and_error(session):
    command = {"commandId": str(uuid.uuid4()), "personId": "nobody", "service": "JOB_FAIR"}
    answer = await session.execute(GraphQLRequest(DELIVER_SERVICE, variable_values={"input": command}))
    assert answer["deliverService"]["code"] == "UNKNOWN_PERSON", answer
    try:
        await session.execute(GraphQLRequest(PEOPLE, variable_values={"first": 5, "after": "nonsense"}))
    except TransportQueryError as error:
        assert error.errors[0]["extensions"]["code"] == "BAD_CURSOR", error
    else:
        raise AssertionError("a cursor that is none was taken")


async def main(address):
    http = Client(transport=AIOHTTPTransport(url=address))
    socket_address = re.sub("^http", "ws", address) + "/ws"
    websocket = Client(
        transport=WebsocketsTransport(url=socket_address, subprotocols=["graphql-transport-ws"])
    )
    async with http as session, websocket as socket:
        person_id = await two_pages(session)
        passed("two pages")
        await sent_twice(session, socket, person_id)
        passed("a command sent twice and its event")
        await refusal_and_error(session)
        passed("a refusal, and an error")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python gql_client.py http://127.0.0.1:8086/graphql")
    asyncio.run(asyncio.wait_for(main(sys.argv[1]), TIME_MAX_SECONDS))
