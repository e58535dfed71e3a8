// Asking a service that listens, as a client does; every answer is held against the service's document.
import { expect } from '@jest/globals';
import { conformance } from 'contracts/conformance/conformance';
import type { DocumentName } from 'contracts/document';
import request from 'supertest';

export type Method = 'get' | 'head' | 'options' | 'post' | 'put' | 'patch' | 'delete';

export interface Asked {
  readonly method?: Method;
  readonly headers?: Record<string, string>;
  /** Sent as JSON. */
  readonly body?: object;
}

/** Makes `ask(path)`, `ask(path, { method, headers, body })`; an answer that breaks the document fails the test. */
export function askerOf(url: string, document: DocumentName) {
  const check = conformance(document);
  return async (path: string, { method = 'get', headers = {}, body }: Asked = {}) => {
    const answer = await request(url)[method](path).set(headers).send(body);
    expect(check({ method: method.toUpperCase(), path, ...fieldsOf(answer) })).toEqual([]);
    return answer;
  };
}

const fieldsOf = ({ status, headers, body }: request.Response) => ({
  status,
  headers: headers as Record<string, string>,
  body: body as unknown,
});
