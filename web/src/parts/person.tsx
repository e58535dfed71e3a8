// A person in a list, and the button for what the person is to the viewer.
import type { Degraded } from 'client';
import { useSetFriend, type FriendState } from '../data/friends.ts';
import { viewer } from '../data/viewer.ts';
import { nameState, wordsFor } from '../data/words.ts';
import { Avatar, Name } from './name.tsx';

interface PersonRowProps {
  readonly person: { readonly id: number; readonly username: string | null };
  readonly degraded: readonly Degraded[];
  readonly state: FriendState;
  readonly note?: string;
}

export const PersonRow = ({ person, degraded, state, note }: PersonRowProps) => (
  <li class="person">
    <Avatar person={person} />
    <div class="person-text">
      <Name person={person} state={nameState(degraded, 'ids', person.id)} />
      {note !== undefined && <span class="person-note">{note}</span>}
    </div>
    <FriendButtons id={person.id} name={person.username ?? 'this person'} state={state} />
  </li>
);

interface FriendButtonsProps {
  readonly id: number;
  readonly name: string;
  readonly state: FriendState;
}

const CHOICES: Readonly<
  Record<FriendState, readonly (readonly [text: string, isFriend: boolean])[]>
> = {
  none: [['Add friend', true]],
  requested: [['Withdraw request', false]],
  incoming: [
    ['Accept', true],
    ['Refuse', false],
  ],
  friends: [['Unfriend', false]],
};

export function FriendButtons({ id, name, state }: FriendButtonsProps) {
  const { mutate, isPending, error } = useSetFriend(id);
  if (viewer.value === null || viewer.value.id === id) return null;
  return (
    <div class="friend-buttons">
      {CHOICES[state].map(([text, isFriend]) => (
        <button
          key={text}
          type="button"
          class={`button ${isFriend ? '' : 'button-quiet'}`}
          aria-label={`${text}: ${name}`}
          disabled={isPending}
          onClick={() => mutate(isFriend)}
        >
          {text}
        </button>
      ))}
      {error !== null && (
        <span class="form-error" role="alert">
          {wordsFor(error)}
        </span>
      )}
    </div>
  );
}
