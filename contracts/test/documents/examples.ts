// Finds every example in a document, with its schema.
import type { OpenApiDocument } from '../../src/document.ts';

export interface Example {
  /** The place of the example: a JSON pointer without escapes. */
  readonly pointer: string;
  readonly kind: string;
  readonly schema: object;
  readonly value: unknown;
}

type Node = Record<string, unknown> & { schema?: object };
const kinds = new Set(['parameters', 'headers', 'schemas', 'content']);

/** Every `example` and every value under `examples`: of parameters, headers, schemas and media types. */
export function examplesOf(document: OpenApiDocument): Example[] {
  const found: Example[] = [];
  visit(document as unknown as Node, '#', '');
  return found;

  function visit(node: Node, pointer: string, kind: string): void {
    const schema = node.schema ?? node;
    if ('example' in node)
      found.push({ pointer: `${pointer}/example`, kind, schema, value: node.example });
    for (const [name, example] of Object.entries((node.examples ?? {}) as Record<string, Node>))
      found.push({ pointer: `${pointer}/examples/${name}`, kind, schema, value: example.value });

    for (const [key, inner] of Object.entries(node))
      if (typeof inner === 'object' && inner !== null && key !== 'example' && key !== 'examples')
        visit(inner as Node, `${pointer}/${key}`, kinds.has(key) ? key : kind);
  }
}
