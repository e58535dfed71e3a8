// Whether a release works with what is deployed: verdicts about the contracts of this repository, with changes.
import { expect, test } from '@jest/globals';
import { verdicts } from '../../scripts/can-i-deploy.ts';
import { checkExpectations, folders } from '../../scripts/check.ts';
import { expectationsOf, type Expected } from '../../scripts/expected.ts';
import { unmet } from '../../scripts/unmet.ts';
import { documentNames, loadDocument, type OpenApiDocument } from '../../src/document.ts';

interface Schema {
  type: string;
  maxLength: number;
  properties: Record<string, Schema | object> & { author: Schema; state: Schema };
  required: string[];
  enum: string[];
  anyOf: object[];
}
interface Operation {
  operationId: string;
  parameters: object[];
}
interface Changeable {
  components: {
    schemas: Record<'Post' | 'Content' | 'Friendship' | 'NewPost', Schema> & { Counts?: Schema };
  };
  paths: Record<string, Partial<Record<'get' | 'patch', Operation>>>;
}
type Change = (document: Changeable) => void;
/** What Social no longer does for the gateway after a change of its contract. */
async function after(change: Change): Promise<string[]> {
  const document = JSON.parse(JSON.stringify(loadDocument('social'))) as OpenApiDocument;
  change(document as unknown as Changeable);
  return unmet(document, (await expectationsOf('gateway')).social!);
}

test.each(documentNames)('all others meet what %s expects of them today', async (name) => {
  expect((await checkExpectations(name)).wrong).toEqual([]);
});

test.each<[string, Change]>([
  [
    'a new field that is required',
    ({ components: { schemas } }) => {
      schemas.Post.properties.likes = { type: 'integer' };
      schemas.Post.required.push('likes');
    },
  ],
  [
    'a new operation',
    ({ paths }) => (paths['/api/likes'] = { get: { operationId: 'listLikes', parameters: [] } }),
  ],
  [
    'a new optional parameter',
    ({ paths }) => paths['/api/posts']!.get!.parameters.push({ name: 'as', in: 'query' }),
  ],
  [
    'a smaller limit of what it sends',
    ({ components: { schemas } }) => (schemas.Content.maxLength = 100),
  ],
])('%s meets the expectations', async (_, change) => {
  expect(await after(change)).toEqual([]);
});

const judge = (maximum: number) =>
  unmet(loadDocument('social'), {
    operations: {},
    answers: { Count: { type: 'integer', format: 'int64', minimum: 0, maximum } },
  });

test('an integer is judged by its limits, whatever the format that a reader knows', () => {
  expect(judge(Number.MAX_SAFE_INTEGER)).toEqual([]);
  expect(judge(5)).toEqual(['Count says something else']);
});

test.each<[string, Change, string]>([
  ['an operation that goes', ({ paths }) => delete paths['/api/feed'], 'getFeed is not there'],
  [
    'a schema that goes',
    ({ components: { schemas } }) => delete schemas.Counts,
    'Counts is not there',
  ],
  [
    'a field that goes',
    ({ components: { schemas } }) => delete schemas.Post.properties.content,
    'Post.content is not there',
  ],
  [
    'a field that may be missing',
    ({ components: { schemas } }) => schemas.Post.required.shift(),
    'Post.id may be missing',
  ],
  [
    'a field of another type',
    ({ components: { schemas } }) => (schemas.Content.type = 'integer'),
    'Post.content says something else',
  ],
  [
    'a longer text',
    ({ components: { schemas } }) => (schemas.Content.maxLength = 9000),
    'PostPage.items[].content says something else',
  ],
  [
    'a new value of an enumeration',
    ({ components: { schemas } }) => schemas.Friendship.properties.state.enum.push('blocked'),
    'Friendship.state says something else',
  ],
  [
    'an author that may be a number',
    ({ components: { schemas } }) => schemas.Post.properties.author.anyOf.push({ type: 'integer' }),
    'Post.author says something else',
  ],
  [
    'a parameter that goes',
    ({ paths }) => paths['/api/feed']!.get!.parameters.splice(0, 1),
    'getFeed does not know the query parameter limit',
  ],
  [
    'a parameter that is required',
    ({ paths }) =>
      paths['/api/feed']!.get!.parameters.push({ name: 'as', in: 'query', required: true }),
    'getFeed needs the query parameter as',
  ],
  [
    'a header that goes',
    ({ paths }) => paths['/api/posts/{id}']!.patch!.parameters.splice(0),
    'updatePost does not know the header If-Match',
  ],
  [
    'a field of a request that goes',
    ({ components: { schemas } }) => delete schemas.NewPost.properties.content,
    'createPost does not know the field content',
  ],
  [
    'a field of a request that is required',
    ({ components: { schemas } }) => schemas.NewPost.required.push('title'),
    'createPost needs the field title',
  ],
])('%s does not meet the expectations', async (_, change, fault) => {
  expect(await after(change)).toContain(fault);
});

test('what is expected is written out, so that a release of it needs no other file', async () => {
  for (const name of documentNames)
    expect(JSON.stringify(await expectationsOf(name))).not.toContain('$ref');
});

test('consumers of the log expect its events', async () => {
  const { identity } = await expectationsOf('social');
  expect(Object.keys((identity as Expected).answers)).toContain('UserDeleted');
});

test('a release is judged as the consumer and as the provider of what is deployed', async () => {
  const environment = { identity: '1.2.0', social: '1.2.0', gateway: '1.2.0' };
  const faultsOf = async (service: (typeof documentNames)[number], version: string) =>
    (await verdicts([service, version], environment, folders.released)).map(({ pair, faults }) => [
      pair,
      faults,
    ]);
  expect(await faultsOf('social', '1.3.0')).toEqual([
    ['social 1.3.0 uses identity 1.2.0', []],
    ['gateway 1.2.0 uses social 1.3.0', []],
  ]);
  expect(await faultsOf('gateway', '1.3.0')).toEqual([
    [
      'gateway 1.3.0 uses identity 1.2.0',
      ['updateMe does not know the header If-Match', 'deleteMe does not know the header If-Match'],
    ],
    [
      'gateway 1.3.0 uses social 1.2.0',
      [
        'updatePost does not know the header If-Match',
        'deletePost does not know the header If-Match',
      ],
    ],
  ]);
});

test('a version that was never released gets no verdict', async () => {
  await expect(
    verdicts(['social', '9.9.9'], { gateway: '1.2.0' }, folders.released),
  ).rejects.toThrow('social 9.9.9 was not released');
});
