// What every screen has around it: the name, the navigation, and the panel about answers.
import { useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { Link, useLocation } from 'wouter-preact';
import { viewer } from '../data/viewer.ts';
import { AnswersPanel } from './answers-panel.tsx';
import { Icon, type IconName } from './icon.tsx';
import { Offline } from './notice.tsx';

export function Shell({ children }: { readonly children: ComponentChildren }) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const own = viewer.value;
  const closePanel = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div class={`shell ${isOpen ? 'shell-with-panel' : ''}`}>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="bar">
        <Link href="/" class="brand">
          <img src="/icon.svg" alt="" width="32" height="32" />
          <span>Sunny Side</span>
        </Link>
        <nav class="nav" aria-label="Main">
          {own === null ? (
            <>
              <Item href="/log-in" icon="person" text="Log in" />
              <Item href="/register" icon="plus" text="Register" />
            </>
          ) : (
            <>
              <Item href="/" icon="home" text="Home" />
              <Item href="/people" icon="people" text="People" />
              <Item href={`/users/${own.id}`} icon="person" text="Profile" />
              <Item href="/settings" icon="settings" text="Settings" />
            </>
          )}
        </nav>
        <button
          ref={button}
          type="button"
          class="how"
          aria-expanded={isOpen}
          aria-controls="answers"
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name="route" />
          <span>How was this answered?</span>
        </button>
      </header>
      <Offline />
      <main id="main" class="main">
        {children}
      </main>
      {isOpen && <AnswersPanel close={closePanel} />}
    </div>
  );
}

interface ItemProps {
  readonly href: string;
  readonly icon: IconName;
  readonly text: string;
}

function Item({ href, icon, text }: ItemProps) {
  const [path] = useLocation();
  return (
    <Link href={href} class="nav-item" aria-current={path === href ? 'page' : undefined}>
      <Icon name={icon} />
      <span>{text}</span>
    </Link>
  );
}
