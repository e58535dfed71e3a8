// Valid events that the tests change, and the result of decoding an invalid one.

export const time = '2026-01-06T18:15:00.000Z';
export const updated = {
  specversion: '1.0',
  id: '42',
  source: 'urn:social-network:identity',
  type: 'UserUpdated',
  subject: '7',
  time,
  sequence: '00000000000000000042',
  datacontenttype: 'application/json',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  data: { id: 7, username: 'cat_moon_dog' },
};
export const created = { ...updated, type: 'UserCreated' };
export const deleted = { ...updated, type: 'UserDeleted', method: 'DELETE', data: { id: 7 } };
export const all = [created, updated, deleted];
export const without = (name: string, event: object = updated) =>
  Object.fromEntries(Object.entries(event).filter(([key]) => key !== name));
export const broken = (reason: string, offset: number | undefined = 42) => ({
  kind: 'invalid',
  offset,
  reason,
});
