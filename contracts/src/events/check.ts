// For producers: checks that an event is exactly as the contract says, before it is published. Stricter than decodeUserEvent.
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { compilerOf } from '../compiler.ts';
import { loadDocument } from '../document.ts';
import { incoherence } from './decode.ts';
import { mismatches } from '../mismatches.ts';
import { strict } from '../strict.ts';
import type { UserEventOnWire } from '../types.ts';

let compiled: ValidateFunction | undefined;

/** The check, compiled at the first event. */
const check = (): ValidateFunction =>
  (compiled ??= compilerOf(strict(loadDocument('identity')), 'full', {
    allErrors: true,
    discriminator: true,
  })({ $ref: '#/components/schemas/UserEvent' }));

/**
 * The errors of an event, none if it is valid: every part matches its schema, there are no further parts, the sequence
 * belongs to the id, and the subject is the user in the data. An error names a part and quotes no value.
 */
export function userEventCheck(event: unknown): string[] {
  const wrong = mismatches(check(), event);
  if (wrong.length > 0) return wrong;
  const part = incoherence(event as UserEventOnWire);
  return part ? [`/${part} contradicts the rest of the event`] : [];
}
