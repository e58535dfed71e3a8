// Mounts the app.
import { QueryClientProvider } from '@tanstack/preact-query';
import { render } from 'preact';
import { App } from './app.tsx';
import { queryClient } from './data/query-client.ts';

const root = document.querySelector('#app')!;
root.replaceChildren();
render(
  <QueryClientProvider client={queryClient}>
    <App />
  </QueryClientProvider>,
  root,
);
