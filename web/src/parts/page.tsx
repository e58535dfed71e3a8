// The frame of a screen: its heading gets the focus when the page changes, so that screen readers say where one is.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface PageProps {
  readonly title: string;
  /** Shown for screen readers only. */
  readonly quiet?: boolean;
  readonly children: ComponentChildren;
}

let isFirst = true;

export function Page({ title, quiet = false, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Sunny Side`;
  }, [title]);
  useEffect(() => {
    // The browser itself says the title of the first page.
    if (!isFirst) heading.current?.focus({ preventScroll: true });
    if (!isFirst) scrollTo(0, 0);
    isFirst = false;
  }, []);
  return (
    <>
      <h1 ref={heading} tabIndex={-1} class={quiet ? 'visually-hidden' : 'page-title'}>
        {title}
      </h1>
      {children}
    </>
  );
}
