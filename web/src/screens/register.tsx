// Register, and be logged in.
import { textRules } from 'client';
import { Link } from 'wouter-preact';
import { useRegister } from '../data/account.ts';
import { Field, Form } from '../parts/field.tsx';
import { Page } from '../parts/page.tsx';

export function Register() {
  const { mutate, isPending, error } = useRegister();
  return (
    <Page title="Register">
      <section class="card narrow">
        <Form
          action="Register"
          isPending={isPending}
          error={error}
          onSubmit={({ username = '', email = '', password = '' }) =>
            mutate({ username, email, password })
          }
        >
          <Field
            label="Name"
            name="username"
            autoComplete="username"
            hint={`${textRules.Username.expected}. Everybody sees it.`}
            error={error}
          />
          <Field
            label="E-mail"
            name="email"
            type="email"
            autoComplete="email"
            hint="Nobody else sees it."
            error={error}
          />
          <Field
            label="Password"
            name="password"
            type="password"
            autoComplete="new-password"
            hint={`${textRules.NewPassword.minLength} characters or more.`}
            error={error}
          />
        </Form>
        <p class="other-way">
          Here before? <Link href="/log-in">Log in</Link>
        </p>
      </section>
    </Page>
  );
}
