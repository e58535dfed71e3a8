// The routes. Without a session, posts and profiles can be seen by link; every other page leads to the log-in.
import { Redirect, Route, Switch } from 'wouter-preact';
import { viewer } from './data/viewer.ts';
import { Shell } from './parts/shell.tsx';
import { Home } from './screens/home.tsx';
import { LogIn } from './screens/log-in.tsx';
import { Missing } from './screens/missing.tsx';
import { People } from './screens/people.tsx';
import { PostPage } from './screens/post-page.tsx';
import { ProfilePage } from './screens/profile-page.tsx';
import { Register } from './screens/register.tsx';
import { Settings } from './screens/settings.tsx';
import { Welcome } from './screens/welcome.tsx';

const ID = /^[1-9]\d{0,15}$/;

export function App() {
  const isKnown = viewer.value !== null;
  return (
    <Shell>
      <Switch>
        <Route path="/posts/:id">
          {({ id }) => (ID.test(id) ? <PostPage id={Number(id)} /> : <Missing />)}
        </Route>
        <Route path="/users/:id">
          {({ id }) => (ID.test(id) ? <ProfilePage key={id} id={Number(id)} /> : <Missing />)}
        </Route>
        <Route path="/">{isKnown ? <Home /> : <Welcome />}</Route>
        <Route path="/log-in">{isKnown ? <BackToPage /> : <LogIn />}</Route>
        <Route path="/register">{isKnown ? <Redirect to="/" replace /> : <Register />}</Route>
        <Route path="/people">{isKnown ? <People /> : <ToLogIn />}</Route>
        <Route path="/settings">{isKnown ? <Settings /> : <ToLogIn />}</Route>
        <Route>
          <Missing />
        </Route>
      </Switch>
    </Shell>
  );
}

/** The page that a person wanted is shown after the log-in. */
function ToLogIn() {
  const wanted = encodeURIComponent(location.pathname + location.search);
  return <Redirect to={`/log-in?then=${wanted}`} replace />;
}

function BackToPage() {
  const then = new URLSearchParams(location.search).get('then') ?? '/';
  // Only pages of this site.
  return <Redirect to={/^\/(?!\/|\\)/.test(then) ? then : '/'} replace />;
}
