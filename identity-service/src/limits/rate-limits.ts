// The limits of accounts: on password checks, registrations, and changes of names.
import { clientNetworkOf } from 'chassis/http/client-address';
import type { Kysely } from 'kysely';
import { limitIn } from './attempt-counters.ts';
import { type Attempt, count } from './limiter.ts';
import type { Schema } from '../schema.ts';

export interface LimitSettings {
  /** Wrong passwords per window. */
  readonly perAccount: number;
  readonly perAddress: number;
  /** Length of the window in seconds. */
  readonly windowS: number;
  /** Registrations of one address per hour. */
  readonly registrations: number;
  /** Changes of the name or the e-mail of one user per day. */
  readonly nameChanges: number;
}

/** Each limit throws a Problem 429 after too many attempts. */
export interface RateLimits {
  /**
   * @param name the account's name as sent by the client, whether or not the account exists
   * @param device that logged in to this account before: only its own attempts count
   */
  logIn(name: string, address: string, device?: string): Promise<Attempt>;
  /** Counts a check of the user's own password. */
  reauthenticate(userId: number): Promise<Attempt>;
  /** Counts a registration, also one of a name or an e-mail that is taken. */
  register(address: string): Promise<Attempt>;
  /** Counts a change of the name or the e-mail: the event of each lives in the log. */
  changeNames(userId: number): Promise<Attempt>;
  /** Deletes counters whose window has ended. */
  deleteExpired(): Promise<void>;
}

const HOUR_S = 3600;

export function rateLimitsIn(db: Kysely<Schema>, settings: LimitSettings): RateLimits {
  const { perAccount, perAddress, windowS, registrations, nameChanges } = settings;
  const account = limitIn(db, 'account', { policy: 'account', points: perAccount, windowS });
  const address = limitIn(db, 'address', { policy: 'address', points: perAddress, windowS });
  const ownDevice = limitIn(db, 'device', { policy: 'account', points: perAccount, windowS });
  const proof = limitIn(db, 'proof', { policy: 'account', points: perAccount, windowS });
  const registration = limitIn(db, 'registration', {
    policy: 'registrations',
    points: registrations,
    windowS: HOUR_S,
  });
  const nameChange = limitIn(db, 'names', {
    policy: 'name-changes',
    points: nameChanges,
    windowS: 24 * HOUR_S,
  });

  return {
    // The address comes first, so that a blocked address cannot use up the limits of accounts.
    logIn: (name, ip, device) =>
      count(
        device === undefined
          ? [address(clientNetworkOf(ip)), account(name.toLowerCase())]
          : [ownDevice(device)],
      ),
    reauthenticate: (userId) => count([proof(String(userId))]),
    register: (ip) => count([registration(clientNetworkOf(ip))]),
    changeNames: (userId) => count([nameChange(String(userId))]),
    async deleteExpired() {
      await db.deleteFrom('login_attempts').where('expire', '<', Date.now()).execute();
    },
  };
}
