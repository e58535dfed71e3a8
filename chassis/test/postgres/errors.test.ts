// How errors of the driver are classified.
import { expect, test } from '@jest/globals';
import { databaseError, databaseProblem, isUnavailable } from 'chassis/postgres/errors';

const errorWith = (code: string | undefined) => databaseError({ code, message: 'a value' });

test.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', '08006', '57P01', undefined])(
  'the code %s means that the database is unavailable: a 503',
  (code) => {
    expect(isUnavailable(errorWith(code))).toBe(true);
    expect(databaseProblem(errorWith(code))?.status).toBe(503);
  },
);

test.each(['23505', '42601', 'XX000'])(
  'the code %s does not mean that the database is unavailable',
  (code) => {
    expect(isUnavailable(errorWith(code))).toBe(false);
  },
);
