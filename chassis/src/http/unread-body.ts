// The rest of a request's body after its answer: nobody needs it, so a client cannot hold a connection by sending it slowly.
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Closes the connection when the body has not arrived completely `limitMs` after the answer was sent. Closing at once would reset
 * the connection, and a client that still sends might lose the answer (RFC 9112, section 9.6).
 */
export function limitUnreadBody(req: IncomingMessage, res: ServerResponse, limitMs: number): void {
  const { 'content-length': length, 'transfer-encoding': coding } = req.headers;
  if (coding === undefined && (length === undefined || length === '0')) return;
  res.once('finish', () => {
    if (req.complete) return;
    const timer = setTimeout(() => {
      if (!req.complete) req.socket.destroy();
    }, limitMs);
    timer.unref();
    req.socket.once('close', () => clearTimeout(timer));
  });
}
