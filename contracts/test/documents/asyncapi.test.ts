// The AsyncAPI document agrees with the other contracts. Linting checks that it is valid AsyncAPI.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { channelsPath } from '../../scripts/check.ts';
import { schemaPath } from '../../scripts/event-schemas.ts';
import { compilerOf } from '../../src/compiler.ts';
import { loadDocument, resolve } from '../../src/document.ts';
import type { Header, JsonObject, OpenApiDocument, Reference } from '../../src/document.ts';
import { parseYaml } from '../../src/yaml.ts';
import { userEventCheck } from '../../src/events/check.ts';
import { eventExamples } from '../../src/events/examples.ts';
import { eventTypes } from '../../src/events/decode.ts';

interface Message {
  readonly contentType: string;
  readonly headers: Reference;
  readonly payload: Reference;
  readonly examples?: readonly { headers: { 'Nats-Msg-Id': string }; payload: { id: string } }[];
}
interface Channels {
  readonly info: { readonly version: string };
  readonly channels: {
    readonly [name: string]: {
      readonly address: string;
      readonly messages: { readonly [name: string]: Reference };
    };
  };
  readonly operations: { readonly answerFeed: { readonly bindings: { http: { query: object } } } };
  readonly components: {
    readonly messages: { readonly [name: string]: Message };
    readonly schemas: { readonly [name: string]: { properties: Record<string, JsonObject> } };
  };
}
const document = parseYaml(readFileSync(channelsPath, 'utf8')) as Channels;
const identity = loadDocument('identity');
const { feed, stream } = document.channels;
const fileOf = (type: (typeof eventTypes)[number]) => `../events/${basename(schemaPath(type))}`;
const bare = (schema: JsonObject): JsonObject => ({
  ...schema,
  description: null,
  example: null,
});

test('the document has the same version as Identity’s', () => {
  expect(document.info.version).toBe(identity.info.version);
});

test('the feed has the parameters and headers of Identity’s document', () => {
  const { parameters, responses } = identity.paths[feed!.address]!.get as unknown as {
    parameters: Reference[];
    responses: OpenApiDocument['components']['responses'];
  };
  const query = parameters
    .map((parameter) => resolve<Reference | JsonObject>(identity, parameter) as JsonObject)
    .filter(({ in: place }) => place === 'query')
    .map(({ name, schema }) => [name, schema]);
  expect(document.operations.answerFeed.bindings.http.query).toEqual({
    type: 'object',
    properties: Object.fromEntries(query),
  });

  const { content, headers } = responses[200]!;
  expect(document.components.messages.UserEventBatch!.contentType).toBe(Object.keys(content!)[0]);
  for (const [name, schema] of Object.entries(document.components.schemas.FeedHeaders!.properties))
    expect({ name, schema: bare(schema) }).toEqual({
      name,
      schema: bare(
        resolve<JsonObject>(identity, resolve<Header>(identity, headers![name]!).schema!),
      ),
    });
});

test('a batch has the events and the limit of Identity’s document', () => {
  expect(bare(document.components.schemas.UserEventBatch!)).toEqual({
    ...bare(identity.components.schemas.UserEventBatch!),
    items: { oneOf: eventTypes.map((type) => ({ $ref: fileOf(type) })) },
  });
});

test('the stream carries every event type and no other', () => {
  expect(stream!.messages).toEqual(
    Object.fromEntries(eventTypes.map((type) => [type, { $ref: `#/components/messages/${type}` }])),
  );
});

test.each(eventTypes)('the stream’s message %s refers to its schema file', (type) => {
  const { payload, contentType } = document.components.messages[type]!;
  expect({ payload, contentType }).toEqual({
    payload: { $ref: fileOf(type) },
    contentType: 'application/cloudevents+json',
  });
  expect(join(channelsPath, '..', payload.$ref)).toBe(schemaPath(type));
});

test.each(eventTypes)(
  'the example of %s is one of the example files, with the Nats-Msg-Id of its event',
  (type) => {
    const { examples = [] } = document.components.messages[type]!;
    expect(examples).toHaveLength(1);
    for (const { headers, payload } of examples) {
      expect(userEventCheck(payload)).toEqual([]);
      expect(Object.values(eventExamples)).toContainEqual(payload);
      expect(headers).toEqual({ 'Nats-Msg-Id': payload.id });
      expect(
        compilerOf(identity, 'full')(document.components.schemas.StreamHeaders!)(headers),
      ).toBe(true);
    }
  },
);

test('Nats-Msg-Id has the schema of an event’s id', () => {
  const id = document.components.schemas.StreamHeaders!.properties['Nats-Msg-Id']!;
  expect(bare(id)).toEqual(bare(identity.components.schemas.EventId!));
});
