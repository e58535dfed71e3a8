// What is wrong with a value by a compiled schema, in lines for whoever reads a failed test.
import type { ValidateFunction } from 'ajv/dist/2020.js';

/** Each begins with the place, a JSON pointer that is empty for the value itself; none when the value is right. */
export const mismatches = (validate: ValidateFunction, value: unknown): string[] =>
  validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message, params }) => {
        const extra: unknown = params.additionalProperty;
        return `${instancePath} ${message ?? 'is wrong'}${typeof extra === 'string' ? ` (${extra})` : ''}`;
      });
