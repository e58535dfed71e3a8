// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) of a document that changes.
import type { ServerResponse } from 'node:http';

/** The most bytes that are buffered for a client that does not read. Then the connection is closed; an EventSource reconnects. */
const BACKLOG_MAX = 65_536;

/** Sends the document now, and whenever `send`, which `subscribe` gets, is called. @param subscribe returns what ends it */
export function streamEvents(
  res: ServerResponse,
  event: string,
  read: () => object,
  subscribe: (send: () => void) => () => void,
): void {
  const send = (): void => {
    res.write(`event: ${event}\ndata: ${JSON.stringify(read())}\n\n`);
    if (res.writableLength > BACKLOG_MAX) res.destroy();
  };
  const unsubscribe = subscribe(send);
  res.once('close', unsubscribe);
  send();
}
