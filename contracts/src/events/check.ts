// For producers: checks that an event is exactly as the contract says, before it is published. Stricter than the decoders.
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { compilerOf } from '../compiler.ts';
import { type DocumentName, loadDocument } from '../document.ts';
import { incoherence } from './decode.ts';
import { socialIncoherence } from './decode-social.ts';
import { mismatches } from '../mismatches.ts';
import { strict } from '../strict.ts';

/**
 * The errors of an event, none if it is valid: every part matches its schema, there are no further parts, and no part
 * contradicts another. An error names a part and quotes no value.
 */
export type EventCheck = (event: unknown) => string[];

/** @param contradiction the part of an event that contradicts the rest; undefined if there is none */
function checkOf(
  document: DocumentName,
  schema: string,
  contradiction: (event: never) => string | undefined,
): EventCheck {
  let compiled: ValidateFunction | undefined;
  // Compiled at the first event.
  const check = (): ValidateFunction =>
    (compiled ??= compilerOf(strict(loadDocument(document)), 'full', {
      allErrors: true,
      discriminator: true,
    })({ $ref: `#/components/schemas/${schema}` }));
  return (event) => {
    const wrong = mismatches(check(), event);
    if (wrong.length > 0) return wrong;
    const part = contradiction(event as never);
    return part ? [`/${part} contradicts the rest of the event`] : [];
  };
}

export const userEventCheck = checkOf('identity', 'UserEvent', incoherence);
export const socialEventCheck = checkOf('social', 'SocialEvent', socialIncoherence);
