// The tables, as Kysely sees them; migrations/ makes them.
import type { Generated } from 'kysely';

export interface UsersTable {
  id: Generated<number>;
  /** Unique whatever its case. */
  username: string;
  email: string;
  /** argon2id, in the PHC string format. */
  password_hash: string;
  created_at: Generated<Date>;
}

export interface Schema {
  users: UsersTable;
}
