// Who is logged in. The session itself is in cookies that scripts cannot read; this is only what the pages show.
import { computed, signal } from '@preact/signals';

export interface Viewer {
  readonly id: number;
  readonly username: string;
}

const KEY = 'viewer';

function stored(): Viewer | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null') as Viewer | null;
  } catch {
    return null;
  }
}

const current = signal(stored());

/** Null when nobody is logged in. */
export const viewer = computed(() => current.value);

export function setViewer(user: Viewer): void {
  localStorage.setItem(KEY, JSON.stringify(user));
  current.value = user;
}

export function clearViewer(): void {
  localStorage.removeItem(KEY);
  current.value = null;
}

// Another tab logged in or out.
addEventListener('storage', ({ key }) => {
  if (key === KEY || key === null) current.value = stored();
});
