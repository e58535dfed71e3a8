// The users of the demo data, one click away. Only a system with the demo data shows them.
import { useLogIn } from '../data/account.ts';
import { wordsFor } from '../data/words.ts';
import { Avatar } from './name.tsx';

const PASSWORD = 'sunny-side-up-2026';
const USERS = [
  { id: 1, username: 'cat_sun_dog' },
  { id: 2, username: 'early_bird' },
  { id: 3, username: 'night_owl' },
];

export function DemoUsers() {
  const { mutate, isPending, error } = useLogIn();
  return (
    <section class="card demo" aria-labelledby="demo-title">
      <h2 id="demo-title">This is a demo. Come in as</h2>
      <div class="demo-users">
        {USERS.map((user) => (
          <button
            key={user.id}
            type="button"
            class="demo-user"
            disabled={isPending}
            onClick={() => mutate({ username: user.username, password: PASSWORD })}
          >
            <Avatar person={user} />
            {user.username}
          </button>
        ))}
      </div>
      {error !== null && (
        <p class="form-error" role="alert">
          {wordsFor(error)}
        </p>
      )}
    </section>
  );
}
