// For the tests of who writes events: is an event exactly as the contract says? Stricter than decodeUserEvent is.
import { compilerOf } from '../compiler.ts';
import { loadDocument } from '../document.ts';
import { incoherence } from './decode.ts';
import { mismatches } from '../mismatches.ts';
import { strict } from '../strict.ts';
import type { UserEventOnWire } from '../types.ts';

const compile = compilerOf(strict(loadDocument('identity')), 'full', {
  allErrors: true,
  discriminator: true,
});
const check = compile({ $ref: '#/components/schemas/UserEvent' });

/**
 * What is wrong with an event, none when it is right: every part is there and as its schema says, nothing else is
 * there, the sequence is that of the id, and the subject is the user of the data.
 */
export function userEventCheck(event: unknown): string[] {
  const wrong = mismatches(check, event);
  if (wrong.length > 0) return wrong;
  const part = incoherence(event as UserEventOnWire);
  return part ? [`/${part} contradicts the rest of the event`] : [];
}
