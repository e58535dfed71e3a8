// The form for a post's text: counted in code points, as the server counts.
import { textRules } from 'client';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

const MAX_LENGTH = textRules.NewContent.maxLength;
const FEW_REMAINING = 200;
const count = new Intl.NumberFormat('en');

interface PostFormProps {
  readonly label: string;
  readonly initial?: string;
  readonly placeholder?: string;
  readonly action: string;
  readonly disabled?: boolean;
  readonly error?: string | null;
  readonly onSubmit: (content: string) => void;
  readonly onCancel?: () => void;
}

export function PostForm({
  label,
  initial = '',
  placeholder,
  action,
  disabled,
  error,
  onSubmit,
  onCancel,
}: PostFormProps) {
  const [content, setContent] = useState(initial);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  // An editor opens where one wants to write.
  useEffect(() => {
    if (onCancel !== undefined) field.current?.focus();
  }, []);
  const length = Array.from(content).length;
  const remaining = MAX_LENGTH - length;
  const canSubmit = content.trim() !== '' && remaining >= 0 && !disabled;
  const submit = (): void => {
    if (!canSubmit) return;
    onSubmit(content);
    if (onCancel === undefined) setContent('');
  };
  return (
    <form
      class="post-form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <label class="visually-hidden" for={id}>
        {label}
      </label>
      <textarea
        id={id}
        ref={field}
        rows={2}
        value={content}
        placeholder={placeholder}
        aria-invalid={remaining < 0}
        onInput={({ currentTarget }) => setContent(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
          if (event.key === 'Escape') onCancel?.();
        }}
      />
      {typeof error === 'string' && (
        <p class="form-error" role="alert">
          {error}
        </p>
      )}
      <div class="form-row">
        <span
          class={`counter ${remaining < 0 ? 'counter-over' : remaining <= FEW_REMAINING ? 'counter-low' : ''}`}
        >
          {count.format(length)} <span class="counter-max">of {count.format(MAX_LENGTH)}</span>
        </span>
        {onCancel !== undefined && (
          <button type="button" class="button button-quiet" onClick={onCancel}>
            Cancel
          </button>
        )}
        <button type="submit" class="button" disabled={!canSubmit}>
          {action}
        </button>
      </div>
    </form>
  );
}
