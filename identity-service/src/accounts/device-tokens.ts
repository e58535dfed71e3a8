// Device tokens (OWASP, "Device cookies"): a device that logged in before shows one at its next log-in. Wrong passwords of
// others then do not lock it out, since its attempts are counted apart from theirs. Pure.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** The user that a token is for. The hash is never sent, so it can sign; a new password ends all tokens of the user. */
export interface DeviceOwner {
  readonly id: number;
  readonly passwordHash: string;
}

const PATTERN = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;
const DEVICE_BYTES = 16;

/** Issues a token for a new device: `<device>.<signature>`, both in base64url. */
export function issueDeviceToken(owner: DeviceOwner): string {
  const device = randomBytes(DEVICE_BYTES).toString('base64url');
  return `${device}.${signatureOf(device, owner).toString('base64url')}`;
}

/** Returns the device of a token; undefined unless the token was issued to this user since the last change of the password. */
export function deviceOf(token: string, owner: DeviceOwner): string | undefined {
  const [, device, signature] = PATTERN.exec(token) ?? [];
  if (device === undefined || signature === undefined) return undefined;
  const isGenuine = timingSafeEqual(
    Buffer.from(signature, 'base64url'),
    signatureOf(device, owner),
  );
  return isGenuine ? device : undefined;
}

const signatureOf = (device: string, { id, passwordHash }: DeviceOwner): Buffer =>
  createHmac('sha256', passwordHash).update(`device ${id} ${device}`).digest();
