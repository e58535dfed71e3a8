// One post. Its author can edit and delete it in place.
import type { Degraded } from 'client';
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { useDeletePost, useEditPost, type Post } from '../data/posts.ts';
import { viewer } from '../data/viewer.ts';
import { ago, exactTime, nameState, wordsFor } from '../data/words.ts';
import { Avatar, Name } from './name.tsx';
import { PostForm } from './post-form.tsx';

interface PostCardProps {
  readonly post: Post;
  readonly degraded: readonly Degraded[];
  /** Whose profile this is: the author that a post has even while names are missing. */
  readonly ownerId?: number;
}

export function PostCard({ post, degraded, ownerId }: PostCardProps) {
  const [mode, setMode] = useState<'read' | 'edit' | 'delete'>('read');
  const isOwn = viewer.value !== null && (post.author?.id ?? ownerId) === viewer.value.id;
  return (
    <article class="card post" aria-label={`Post by ${post.author?.username ?? 'unknown'}`}>
      <Avatar person={post.author} />
      <header class="post-head">
        <Name person={post.author} state={nameState(degraded, 'posts', post.id)} />
        <Link href={`/posts/${post.id}`} class="post-time">
          <time dateTime={post.createdAt} title={exactTime(post.createdAt)}>
            {ago(post.createdAt)}
          </time>
          {post.editedAt !== undefined && (
            <span class="post-time" title={exactTime(post.editedAt)}>
              {' '}
              · edited
            </span>
          )}
        </Link>
      </header>
      <div class="post-body">
        {mode === 'edit' ? (
          <Editor post={post} close={() => setMode('read')} />
        ) : (
          <p class="post-text">{post.content}</p>
        )}
        {isOwn && mode === 'read' && (
          <div class="post-actions">
            <button type="button" class="text-button" onClick={() => setMode('edit')}>
              Edit
            </button>
            <button type="button" class="text-button" onClick={() => setMode('delete')}>
              Delete
            </button>
          </div>
        )}
        {mode === 'delete' && <Deletion post={post} close={() => setMode('read')} />}
      </div>
    </article>
  );
}

interface ModeProps {
  readonly post: Post;
  readonly close: () => void;
}

function Editor({ post, close }: ModeProps) {
  const { mutate, isPending, error } = useEditPost(post.id);
  return (
    <PostForm
      label="Change the post"
      initial={post.content}
      action={isPending ? 'Saving' : 'Save'}
      disabled={isPending}
      error={error === null ? null : wordsFor(error)}
      onCancel={close}
      onSubmit={(content) => mutate(content, { onSuccess: close })}
    />
  );
}

function Deletion({ post, close }: ModeProps) {
  const { mutate, isPending, error } = useDeletePost(post.id);
  return (
    <div class="confirm" role="group" aria-label="Delete this post?">
      <p>{error === null ? 'Delete this post for good?' : wordsFor(error)}</p>
      <button
        type="button"
        class="button button-danger"
        disabled={isPending}
        onClick={() => mutate()}
      >
        Delete
      </button>
      <button type="button" class="button button-quiet" onClick={close}>
        Keep
      </button>
    </div>
  );
}
