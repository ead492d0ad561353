// The page: GraphiQL with queries over HTTP and subscriptions over the WebSocket beside it.
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/graphiql.css';
import { parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { createRoot } from 'react-dom/client';

import './page.css';

const HTTP = '/graphql';
const WEBSOCKET = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql/ws`;

/** Each operation of a document as a tab of its own, with the comments above it. */
function tabs(text) {
  let from = 0;
  return parse(text).definitions.map(({ loc }) => {
    const query = text.slice(from, loc.end).trim() + '\n';
    from = loc.end;
    return { query };
  });
}

async function examples() {
  const answer = await fetch('/graphiql/examples.graphql');
  return answer.ok ? tabs(await answer.text()) : [];
}

/** The headers of the tab whose operation runs: a socket says them when it begins. */
let headers = {};
const send = createGraphiQLFetcher({
  url: HTTP,
  wsClient: createClient({ url: WEBSOCKET, lazy: true, retryAttempts: 3, connectionParams: () => headers }),
});
function fetcher(parameters, options) {
  headers = options?.headers ?? {};
  return send(parameters, options);
}

const defaultTabs = await examples();
createRoot(document.getElementById('graphiql')).render(
  // What is typed may name a person: it is forgotten with the tab of the browser.
  <GraphiQL fetcher={fetcher} defaultTabs={defaultTabs} storage={sessionStorage} />,
);
