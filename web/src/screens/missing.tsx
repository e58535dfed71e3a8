// A page, a post or a person that does not exist.
import { Link } from 'wouter-preact';
import { Empty } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';

const TEXTS = {
  page: 'There is nothing at this address.',
  post: 'This post does not exist, or was deleted.',
  person: 'This person does not exist, or has left.',
} as const;

export const Missing = ({ what = 'page' }: { readonly what?: keyof typeof TEXTS }) => (
  <Page title="Nothing here">
    <Empty>
      <p>{TEXTS[what]}</p>
      <Link href="/" class="button">
        Home
      </Link>
    </Empty>
  </Page>
);
