// YAML with merge keys (`<<: *name`), as the documents here use it.
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';

const options = {
  schema: CORE_SCHEMA.withTags(mergeTag),
  // The limit is against hostile texts; the files here are our own, and use shared parts hundreds of times.
  maxTotalMergeKeys: -1,
};

/** @throws YAMLException when the text is no YAML, or has a key twice */
export const parseYaml = (text: string): unknown => load(text, options);
