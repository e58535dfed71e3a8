// Forms: a labelled field with the server's own words about a fault, and the button that sends.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { ApiError } from '../data/api.ts';
import { wordsFor } from '../data/words.ts';

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly type?: 'text' | 'email' | 'password';
  readonly autoComplete: string;
  readonly hint?: string;
  readonly error: unknown;
  readonly value?: string;
}

/** What the server says about one field, if it does. */
const faultOf = (error: unknown, name: string): string | undefined =>
  error instanceof ApiError
    ? error.problem.errors?.find(({ pointer }) => pointer === `/body/${name}`)?.detail
    : undefined;

export function Field({
  label,
  name,
  type = 'text',
  autoComplete,
  hint,
  error,
  value,
}: FieldProps) {
  const id = useId();
  const fault = faultOf(error, name);
  const about = fault ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={type}
        autoComplete={autoComplete}
        autoCapitalize="none"
        spellcheck={false}
        required
        {...(value !== undefined && { defaultValue: value })}
        aria-invalid={fault !== undefined}
        {...(about !== undefined && { 'aria-describedby': `${id}-about` })}
      />
      {about !== undefined && (
        <p id={`${id}-about`} class={fault === undefined ? 'hint' : 'form-error'}>
          {about}
        </p>
      )}
    </div>
  );
}

interface FormProps {
  readonly action: string;
  readonly isPending: boolean;
  readonly isDone?: boolean;
  readonly danger?: boolean;
  readonly error: unknown;
  /** Texts for problem types, beside the usual ones. */
  readonly texts?: Readonly<Record<string, string>>;
  readonly onSubmit: (values: Record<string, string>, form: HTMLFormElement) => void;
  readonly children: ComponentChildren;
}

export function Form({
  action,
  isPending,
  isDone,
  danger,
  error,
  texts = {},
  onSubmit,
  children,
}: FormProps) {
  const hasFieldFaults = error instanceof ApiError && error.problem.errors !== undefined;
  const slug = error instanceof ApiError ? error.problem.type.split(':').at(-1)! : '';
  return (
    <form
      class="form"
      // The server's words are better than the browser's, and the same everywhere.
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        onSubmit(Object.fromEntries(new FormData(form)) as Record<string, string>, form);
      }}
    >
      {children}
      {Boolean(error) && !hasFieldFaults && (
        <p class="form-error" role="alert">
          {texts[slug] ?? wordsFor(error)}
        </p>
      )}
      <div class="form-row">
        {isDone && (
          <span class="done" role="status">
            Saved
          </span>
        )}
        <button
          type="submit"
          class={`button ${danger ? 'button-danger' : ''}`}
          disabled={isPending}
        >
          {action}
        </button>
      </div>
    </form>
  );
}
