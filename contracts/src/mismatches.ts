// Describes how a value breaks a compiled schema, in lines for failed tests.
import type { ValidateFunction } from 'ajv/dist/2020.js';

/** One line for each error, none if the value is valid. A line starts with a JSON pointer, empty for the value itself. */
export const mismatches = (validate: ValidateFunction, value: unknown): string[] =>
  validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message, params }) => {
        const extra: unknown = params.additionalProperty;
        return `${instancePath} ${message ?? 'is wrong'}${typeof extra === 'string' ? ` (${extra})` : ''}`;
      });
