// What the scripts ask, send and follow.

export const PEOPLE = `query People($filter: PeopleFilter, $first: Int!, $after: String) {
  people(filter: $filter, first: $first, after: $after) {
    edges { node { id version maskedName } missing }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const DELIVER_SERVICE = `mutation DeliverService($input: DeliverServiceInput!) {
  deliverService(input: $input) {
    ... on Recorded { position alreadyRecorded person { id version } }
    ... on Rejected { code message field }
    __typename
  }
}`;

export const EVENTS = `subscription Events($after: Position!) {
  events(after: $after) { position type commandId personId }
}`;
