// Log in. The page that a person wanted is shown afterwards.
import { Link } from 'wouter-preact';
import { useLogIn } from '../data/account.ts';
import { Field, Form } from '../parts/field.tsx';
import { Page } from '../parts/page.tsx';

export function LogIn() {
  const { mutate, isPending, error } = useLogIn();
  return (
    <Page title="Log in">
      <section class="card narrow">
        <Form
          action="Log in"
          isPending={isPending}
          error={error}
          texts={{ 'login-failed': 'Name and password do not fit together.' }}
          onSubmit={({ username = '', password = '' }) => mutate({ username, password })}
        >
          <Field label="Name or e-mail" name="username" autoComplete="username" error={error} />
          <Field
            label="Password"
            name="password"
            type="password"
            autoComplete="current-password"
            error={error}
          />
        </Form>
        <p class="other-way">
          New here? <Link href="/register">Register</Link>
        </p>
      </section>
    </Page>
  );
}
