// What the gateway uses of each upstream's answers; expectations.json lists it. Other fields are not checked.
import { readerOf } from 'contracts/expectations';
import expectations from './expectations.json' with { type: 'json' };

export const identityAnswer = readerOf('identity', expectations.identity);
export const socialAnswer = readerOf('social', expectations.social);
