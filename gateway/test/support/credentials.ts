// Bodies of requests about accounts.
import { PASSWORD, userOf } from 'chassis/testing/users';

export const NEW_USER = { username: 'ann', email: 'ann@secret.example', password: PASSWORD };
export const CREDENTIALS = { username: userOf(7).username, password: PASSWORD };
export const CONFIRMATION = { currentPassword: PASSWORD };
