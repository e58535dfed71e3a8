// All operations of the documents.
import { documentNames, loadDocument } from '../../src/document.ts';
import type { DocumentName } from '../../src/document.ts';

export const operationsOf = (name: DocumentName) =>
  Object.entries(loadDocument(name).paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ name, path, method, operation })),
  );
export const operations = documentNames.flatMap(operationsOf);
