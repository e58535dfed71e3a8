// Settings: name, e-mail, password, where one is logged in, log out, leave.
import { useChangeMe, useDeleteAccount, useLogOut, useMe } from '../data/account.ts';
import { wordsFor } from '../data/words.ts';
import { viewer } from '../data/viewer.ts';
import { Field, Form } from '../parts/field.tsx';
import { Trouble } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { OwnSessions } from './own-sessions.tsx';

const WRONG_PASSWORD = {
  'wrong-password': 'That is not your password.',
};

export function Settings() {
  const { data: me, error, refetch } = useMe();
  const logOut = useLogOut();
  return (
    <Page title="Settings">
      {error !== null && <Trouble error={error} retry={refetch} hasData={me !== undefined} />}
      {viewer.value !== null && (
        <>
          <Change title="Name" field="username" value={me?.username ?? viewer.value.username} />
          <Change title="E-mail" field="email" value={me?.email ?? ''} />
          <Change title="Password" field="password" />
        </>
      )}
      <section class="card settings-card">
        <h2>Log out</h2>
        <div class="form-row">
          {logOut.error !== null && (
            <p class="form-error" role="alert">
              {wordsFor(logOut.error)}
            </p>
          )}
          <button
            type="button"
            class="button"
            disabled={logOut.isPending}
            onClick={() => logOut.mutate()}
          >
            Log out
          </button>
        </div>
      </section>
      <AccountDeletion />
      {/* Last, because its length is not known before its answer: nothing below it moves. */}
      <OwnSessions />
    </Page>
  );
}

interface ChangeProps {
  readonly title: string;
  readonly field: 'username' | 'email' | 'password';
  readonly value?: string;
}

const COMPLETE = { username: 'username', email: 'email', password: 'new-password' } as const;
const TYPES = { username: 'text', email: 'email', password: 'password' } as const;

function Change({ title, field, value }: ChangeProps) {
  const { mutate, isPending, isSuccess, error } = useChangeMe();
  const label = field === 'password' ? 'New password' : title;
  return (
    <section class="card settings-card">
      <h2>{title}</h2>
      <Form
        action={`Change ${title.toLowerCase()}`}
        isPending={isPending}
        isDone={isSuccess}
        error={error}
        texts={WRONG_PASSWORD}
        onSubmit={(values, form) =>
          mutate(values, {
            onSuccess: () => form.reset(),
          })
        }
      >
        <Field
          key={value}
          label={label}
          name={field}
          type={TYPES[field]}
          autoComplete={COMPLETE[field]}
          error={error}
          {...(value !== undefined && { value })}
        />
        {field !== 'username' && <CurrentPassword error={error} />}
      </Form>
    </section>
  );
}

const CurrentPassword = ({ error }: { readonly error: unknown }) => (
  <>
    {/* Tells password managers whose password this is. It has no name, so it is not sent. */}
    <input hidden readOnly autoComplete="username" value={viewer.value?.username} />
    <Field
      label="Current password"
      name="currentPassword"
      type="password"
      autoComplete="current-password"
      error={error}
    />
  </>
);

function AccountDeletion() {
  const { mutate, isPending, error } = useDeleteAccount();
  return (
    <section class="card settings-card">
      <details>
        <summary>{'Leave'}</summary>
        <p>
          Your account, {viewer.value?.username}, and everything that you wrote are deleted for
          good.
        </p>
        <Form
          action="Delete my account"
          danger
          isPending={isPending}
          error={error}
          texts={WRONG_PASSWORD}
          onSubmit={({ currentPassword = '' }) => mutate(currentPassword)}
        >
          <CurrentPassword error={error} />
        </Form>
      </details>
    </section>
  );
}
